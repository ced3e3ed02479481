package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs with dedupe keys: while they wait, while they run, and when they come at the same time. */
class DedupeTest {

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private JobsNode node;

  @BeforeEach
  void start() {
    Access access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new JobsNode(access);
  }

  @AfterEach
  void stop() {
    go.countDown();
    node.close();
  }

  @Test
  void aSecondJobWithTheKeyIsRejectedUntilTheFirstHasEnded() throws Exception {
    Ends ends = new Ends(2);
    Enqueued first = offer(1, Dedupe.reject("k"));
    Enqueued second = offer(2, Dedupe.reject("k"));
    node.working(2, ends.handler(_ -> new Outcome.Done()));

    assertThat(second).isEqualTo(new Enqueued(first.job(), Fate.REJECTED));
    assertThat(node.outcome(first.job())).isEqualTo("done");
    assertThat(offer(3, Dedupe.reject("k")).fate()).isEqualTo(Fate.NEW);
    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
  }

  @Test
  void keysOfOtherQueuesAreOtherKeys() {
    offer(1, Dedupe.reject("k"));
    NewJob other = NewJob.of("another", JobsTest.KIND, "{}").dedupe(Dedupe.reject("k"));

    assertThat(node.database.tx(tx -> node.jobs.offer(tx, other)).fate()).isEqualTo(Fate.NEW);
  }

  @Test
  void theLastPayloadReplacesThatOfTheJobThatWaits() throws Exception {
    Ends ends = new Ends(1);
    long first = offer(1, Dedupe.replace("k")).job();
    assertThat(offer(2, Dedupe.replace("k"))).isEqualTo(new Enqueued(first, Fate.REPLACED));
    assertThat(offer(3, Dedupe.replace("k"))).isEqualTo(new Enqueued(first, Fate.REPLACED));
    node.working(2, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.payloads).containsExactly(payload(3));
  }

  @Test
  void aDebouncedJobIsPutOffByEachThatFollowsButNotForEver() {
    Duration wait = Duration.ofMinutes(1);
    Dedupe key = Dedupe.debounce("k", Duration.ofSeconds(90));
    long job = offer(job(1).after(wait).dedupe(key)).job();
    node.database.update("UPDATE everbrook.job SET created_at = created_at - interval '1 min'");
    offer(job(2).after(wait).dedupe(key));

    assertThat(
            node.database.list(
                "SELECT extract(epoch FROM run_at - created_at)::int, payload->>'n'"
                    + " FROM everbrook.job WHERE id = ?",
                row -> row.getInt(1) + " " + row.getString(2),
                job))
        .containsExactly("90 2");
  }

  @Test
  void theLastThatCameWhileOneRunsFollowsIt() throws Exception {
    Ends ends = new Ends(2);
    node.working(2, ends.handler(this::held));
    long first = offer(1, Dedupe.keepLast("k")).job();
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    Enqueued second = offer(2, Dedupe.keepLast("k"));
    Enqueued third = offer(3, Dedupe.keepLast("k"));
    go.countDown();

    assertThat(second.fate()).isEqualTo(Fate.FOLLOWS);
    assertThat(third).isEqualTo(second);
    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(node.outcome(third.job())).isEqualTo("done");
  }

  @Test
  void whatFollowsMayHaveAnyPayloadThatIsJson() throws Exception {
    String zero = "{\"n\": \"\\u0000 \\ud800\"}";
    Ends ends = new Ends(2);
    node.working(2, ends.handler(this::held));
    offer(1, Dedupe.keepLast("k"));
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    offer(NewJob.of("q", JobsTest.KIND, zero).dedupe(Dedupe.keepLast("k")));
    go.countDown();

    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), zero);
  }

  @Test
  void aCancelledJobLeavesItsKeyAtOnce() throws Exception {
    node.working(1, this::held);
    long first = offer(1, Dedupe.reject("k")).job();
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.jobs.cancel(first);

    assertThat(offer(2, Dedupe.reject("k")).fate()).isEqualTo(Fate.NEW);
    assertThat(node.outcome(first)).isEqualTo("cancelled");
  }

  @Test
  void ofManyThatComeAtTheSameTimeOneIsNewAndTheLastIsNotLost() throws Exception {
    int many = 40;
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    List<Future<Enqueued>> futures;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      futures =
          IntStream.range(0, many)
              .mapToObj(i -> callers.submit(() -> offer(i, Dedupe.keepLast("k"))))
              .toList();
    }
    List<Enqueued> all = futures.stream().map(Future::resultNow).toList();
    for (Enqueued each : all) {
      assertThat(node.outcome(each.job())).isEqualTo("done");
    }
    long jobs = all.stream().map(Enqueued::job).distinct().count();
    assertThat(all.stream().filter(it -> it.fate() == Fate.NEW).count()).isBetween(1L, jobs);
    assertThat(ends.payloads).hasSize((int) jobs);
  }

  private Outcome held(Run run) throws InterruptedException {
    begun.countDown();
    go.await();
    return new Outcome.Done();
  }

  private Enqueued offer(int n, Dedupe dedupe) {
    return offer(job(n).dedupe(dedupe));
  }

  private Enqueued offer(NewJob job) {
    return node.database.tx(tx -> node.jobs.offer(tx, job));
  }

  private static NewJob job(int n) {
    return NewJob.of("q", JobsTest.KIND, payload(n));
  }

  private static String payload(int n) {
    return "{\"n\": " + n + "}";
  }
}
