package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.server.testing.ExampleWorker;
import dev.everbrook.server.testing.ExampleWorker.Language;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Operator;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The workers of the folder {@code examples}, with what befalls processes. */
@Order(0)
class ExampleWorkersTest {

  private static final Logger log = LoggerFactory.getLogger(ExampleWorkersTest.class);
  private static final Duration LEASE = Duration.ofSeconds(20);

  /** What a worker's death is noticed by; long enough for the beats of a busy machine. */
  private static final Duration SHORT_LEASE = Duration.ofSeconds(4);

  /** From the death of a worker with the default lease until its job goes on elsewhere. */
  private static final Duration RESCUE_MAX = Duration.ofSeconds(25);

  private static final Duration MOST = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(50);

  private static Scene scene;
  private static Operator operator;
  private static int queues;

  private final List<ExampleWorker> workers = new ArrayList<>();
  private final String queue = "numbers-" + queues++;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.start();
    operator = Operator.of(scene);
  }

  @AfterEach
  void closeWorkers() {
    workers.forEach(ExampleWorker::close);
  }

  @AfterAll
  static void stop() throws Exception {
    operator.close();
    scene.close();
  }

  @ParameterizedTest
  @EnumSource
  void jobsAreDoneWithTheirResultsAndWhatIsOfNoUseFailsAtOnce(Language language) throws Exception {
    worker(language, LEASE);
    List<Map<String, Object>> asked = new ArrayList<>();
    for (int to = 1; to <= 20; to++) {
      asked.add(count(to, 0));
    }
    asked.add(Map.of("kind", "count", "payload", Map.of("to", -1)));
    List<Long> jobs = new ArrayList<>();
    Http.Answered enqueued = scene.http().post(path(), asked);
    assertThat(enqueued.status()).as(enqueued.body()).isEqualTo(201);
    enqueued.json().path("jobs").forEach(it -> jobs.add(it.path("job").asLong()));
    for (int to = 1; to <= 20; to++) {
      Operator.End end = awaitDone(jobs.get(to - 1), MOST);
      assertThat(end.result().path("sum").asInt()).isEqualTo(to * (to + 1) / 2);
    }
    Operator.End nonsense = operator.awaitEnd(jobs.getLast(), MOST);
    assertThat(nonsense.outcome()).isEqualTo("failed");
    assertThat(nonsense.run()).isOne();
    assertThat(nonsense.error()).contains("to must be a whole number from 1, was -1");
    assertThat(progress(jobs.get(9)))
        .containsExactly(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0);
  }

  @ParameterizedTest
  @EnumSource
  void aParentReadsWhatItsChildrenLeft(Language language) throws Exception {
    worker(language, LEASE);
    NewJob child = NewJob.of(queue, "count", "{\"to\":4}");
    long parent = operator.family(NewJob.of(queue, "total", "{}"), List.of(child, child, child));

    Operator.End end = awaitDone(parent, MOST);
    assertThat(end.result().path("sum").asInt()).isEqualTo(30);
    JsonNode family = scene.http().get("/v1/jobs?parent=" + parent).json().path("jobs");
    assertThat(family.size()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void aKilledWorkersJobIsDoneByAnotherWithin25Seconds(Language language) throws Exception {
    ExampleWorker killed = worker(language, LEASE);
    long job = begun(30);
    killed.kill9();
    long begun = System.nanoTime();
    int told = progress(job).size();
    ExampleWorker other = worker(language, LEASE);
    awaitProgress(job, told + 1);
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    log.info("{}: a killed worker's job goes on elsewhere after {} ms", language, took.toMillis());
    assertThat(took).isLessThan(RESCUE_MAX);
    Operator.End end = awaitDone(job, MOST);
    assertThat(end.run()).isEqualTo(2);
    other.await("job " + job + ": done", MOST);
  }

  @ParameterizedTest
  @EnumSource
  void aStoppedWorkerThatWakesAfterItsLeaseChangesNothing(Language language) throws Exception {
    ExampleWorker stopped = worker(language, SHORT_LEASE);
    long job = begun(30);
    Signal.STOP.to(stopped.pid());
    ExampleWorker other = worker(language, LEASE);
    Operator.End end = operator.awaitEnd(job, MOST);
    assertThat(end.run()).isEqualTo(2);
    other.await("job " + job + ": done", MOST);
    int told = progress(job).size();
    Signal.CONT.to(stopped.pid());
    stopped.await("job " + job + ": refused with 409", MOST);
    stopped.await("registering anew", MOST);
    assertThat(operator.awaitEnd(job, MOST)).isEqualTo(end);
    assertThat(progress(job)).hasSize(told);

    other.leave();
    long next = enqueue(count(2, 0));
    awaitDone(next, MOST);
    stopped.await("job " + next + ": done", MOST);
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerSurvivesTheServersRestart(Language language) throws Exception {
    ExampleWorker worker = worker(language, LEASE);
    long job = begun(30);
    int port = scene.server().base().getPort();
    scene.process().kill9();
    scene.another(told -> told.with("EVERBROOK_PORT", Integer.toString(port)));
    Operator.End end = awaitDone(job, MOST);
    assertThat(end.run()).as("the same run went on").isOne();
    assertThat(progress(job)).as("none is missing and none doubled").hasSize(30);
    long next = enqueue(count(1, 0));
    awaitDone(next, MOST);
    worker.await("job " + next + ": done", MOST);
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledJobIsStoppedWithinABeat(Language language) throws Exception {
    ExampleWorker worker = worker(language, LEASE);
    long job = begun(1000);
    long begun = System.nanoTime();
    operator.cancel(job);
    assertThat(operator.awaitEnd(job, MOST).outcome()).isEqualTo("cancelled");
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    log.info("{}: a cancelled job has ended after {} ms", language, took.toMillis());
    assertThat(took).isLessThan(LEASE.dividedBy(4));
    worker.await("job " + job + ": cancelled", MOST);
    assertThat(events(job)).contains("\"outcome\":\"cancelled\"");
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerThatIsToldToLeaveGivesItsJobBackAtOnce(Language language) throws Exception {
    ExampleWorker leaving = worker(language, LEASE);
    long job = begun(30);
    ExampleWorker other = worker(language, LEASE);
    leaving.leave();
    awaitDone(job, Duration.ofSeconds(12));
    other.await("job " + job + ": done", MOST);
  }

  private ExampleWorker worker(Language language, Duration lease) throws Exception {
    ExampleWorker worker = ExampleWorker.start(language, scene.server().base(), queue, lease);
    workers.add(worker);
    return worker;
  }

  private static Map<String, Object> count(int to, int pauseMs) {
    return Map.of("kind", "count", "payload", Map.of("to", to, "pause_ms", pauseMs));
  }

  private String path() {
    return "/v1/work/queues/" + queue + "/jobs";
  }

  private long enqueue(Map<String, Object> job) throws Exception {
    Http.Answered enqueued = scene.http().post(path(), job);
    assertThat(enqueued.status()).as(enqueued.body()).isEqualTo(201);
    return enqueued.json().path("job").asLong();
  }

  /** A job that counts to {@code to}, ten numbers a second, and has reported three of them. */
  private long begun(int to) throws Exception {
    long job = enqueue(count(to, 100));
    awaitProgress(job, 3);
    return job;
  }

  private static Operator.End awaitDone(long job, Duration most) throws Exception {
    Operator.End end = operator.awaitEnd(job, most);
    assertThat(end.outcome()).as(end.error()).isEqualTo("done");
    return end;
  }

  private String events(long job) throws Exception {
    return scene.http().get("/v1/stream/jobs/" + job).body();
  }

  private List<Double> progress(long job) throws Exception {
    Http.Answered stream = scene.http().get("/v1/stream/jobs/" + job);
    List<Double> values = new ArrayList<>();
    if (stream.status() == 200) {
      stream
          .json()
          .forEach(event -> {
            if (event.path("type").asString("").equals("progress")) {
              values.add(event.path("value").asDouble());
            }
          });
    }
    return values;
  }

  private void awaitProgress(long job, int least) throws Exception {
    long start = System.nanoTime();
    while (progress(job).size() < least) {
      assertThat(System.nanoTime() - start)
          .as(() -> "no progress; the workers said: " + said())
          .isLessThan(MOST.toNanos());
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private String said() {
    return String.join("\n", workers.stream().map(ExampleWorker::output).toList());
  }
}
