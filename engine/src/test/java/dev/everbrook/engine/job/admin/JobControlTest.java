package dev.everbrook.engine.job.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Child.OnFailure;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.job.finish.VerdictTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What an operator does with jobs. */
class JobControlTest {

  private final AtomicBoolean broken = new AtomicBoolean(true);
  private final Map<Long, AtomicInteger> done = new ConcurrentHashMap<>();
  @AutoClose private final JobsNode node = new JobsNode();

  /** Fails while things are broken. */
  private Outcome run(Run run) {
    if (broken.get()) {
      return new Outcome.Failed("broken", false);
    }
    done.computeIfAbsent(run.job(), _ -> new AtomicInteger()).incrementAndGet();
    return new Outcome.Done();
  }

  @Test
  void aJobThatFailedIsRetriedUnderItsIdWithItsAttemptsAndItsTimeBeforeIt() throws Exception {
    node.working(4, this::run);
    long id = enqueue(job("{\"n\":1}").priority(2).within(Duration.ofMinutes(10)));
    assertThat(node.outcome(id)).isEqualTo("failed");
    node.jobs.queues().pause("q");

    assertThat(node.jobs.control().retry(id)).contains(JobState.READY);
    assertThat(node.jobs.control().retry(id)).contains(JobState.READY);
    JobView.Detail found = node.jobs.list().find(id).orElseThrow();
    JobView job = found.job();
    assertThat(found.payload()).isEqualTo("{\"n\":1}");
    assertThat(job.state()).isEqualTo(JobState.READY);
    assertThat(List.of(job.attempt(), job.run(), job.priority())).containsExactly(0, 1, 2);
    assertThat(job.error()).isEqualTo("broken");
    assertThat(Duration.between(job.times().retried().orElseThrow(), job.times().deadline()))
        .isEqualTo(Duration.ofMinutes(10));
    broken.set(false);
    node.jobs.queues().resume("q");
    awaitDone(1);
    assertThat(node.outcome(id)).isEqualTo("done");
    assertThat(node.jobs.control().retry(id)).contains(JobState.DONE);
    assertThat(node.jobs.control().retry(id + 1)).isEmpty();
    assertThat(node.jobs.list().find(id).orElseThrow().job().times().created())
        .isEqualTo(job.times().created());
  }

  @Test
  void aSecondRetryHasTheSameTimeAsTheFirst() throws Exception {
    node.working(4, this::run);
    long id = enqueue(job("1").within(Duration.ofMinutes(10)));
    node.outcome(id);
    node.jobs.control().retry(id);
    node.outcome(id);
    node.jobs.queues().pause("q");
    node.jobs.control().retry(id);

    JobView.Times times = node.jobs.list().find(id).orElseThrow().job().times();
    assertThat(Duration.between(times.retried().orElseThrow(), times.deadline()))
        .isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aWorkerThatComesBackCannotFinishAJobThatWasRetriedMeanwhile() throws Exception {
    node.working(1, this::run);
    long id = enqueue(job("1"));
    node.outcome(id);
    node.jobs.queues().pause("q");
    node.jobs.control().retry(id);

    Claimed old =
        new Claimed(
            id,
            "q",
            "work",
            1,
            1,
            "1",
            node.membership.node(),
            0,
            0,
            false,
            new Claimed.Links("", 0, false, "", "", "", Optional.empty()));
    VerdictTable.Written written =
        node.database.tx(tx ->
            new VerdictTable()
                .write(
                    tx,
                    List.of(new VerdictTable.Entry(old, new Verdict.Finish(Ended.DONE, "", "")))));
    assertThat(written.jobs()).isEmpty();
    assertThat(node.jobs.list().find(id).orElseThrow().job().state()).isEqualTo(JobState.READY);
  }

  @Test
  void aChildThatIsRetriedDoesNotTellItsParentAgain() throws Exception {
    AtomicBoolean childBroken = new AtomicBoolean(true);
    CountDownLatch second = new CountDownLatch(1);
    node.working(
        4,
        run -> {
          if (run.payload().equals("\"child\"") && childBroken.get()) {
            return new Outcome.Failed("broken", false);
          }
          if (run.payload().equals("\"slow\"")) {
            second.await();
          }
          return new Outcome.Done(run.payload());
        });
    long parent =
        node.database.tx(tx ->
            node.jobs.enqueue(
                tx,
                job("\"parent\""),
                List.of(
                    Child.of(job("\"child\"")).onFailure(OnFailure.IGNORE),
                    Child.of(job("\"slow\"")))));
    long child = parent + 1;
    assertThat(node.outcome(child)).isEqualTo("failed");
    childBroken.set(false);
    assertThat(node.jobs.control().retry(child)).contains(JobState.READY);
    assertThat(node.outcome(child)).isEqualTo("done");

    JobView waiting = node.jobs.list().find(parent).orElseThrow().job();
    assertThat(waiting.state()).isEqualTo(JobState.BLOCKED);
    assertThat(waiting.family().pending()).isOne();
    assertThat(node.jobs.list().find(child).orElseThrow().job().family().parent()).hasValue(parent);
    second.countDown();
    assertThat(node.outcome(parent)).isEqualTo("done");
  }

  @Test
  void aDelayedJobCanBeginNow() throws Exception {
    broken.set(false);
    node.working(4, this::run);
    long id = enqueue(job("1").after(Duration.ofHours(1)));

    assertThat(node.jobs.control().runNow(id)).contains(JobState.READY);
    assertThat(node.outcome(id)).isEqualTo("done");
    assertThat(node.jobs.control().runNow(id)).contains(JobState.DONE);
    assertThat(node.jobs.control().runNow(id + 1)).isEmpty();
  }

  @Test
  void allThatFailedAndFitAreRetriedOnceThoughTwoNodesDoIt() throws Exception {
    int jobs = 2_300;
    List<Long> ids = enqueueAll(jobs);
    long other = enqueue(NewJob.of("q", "work", "0").lane("other"));
    node.working(50, this::run);
    JobsNode second = node.another().working(50, this::run);
    awaitEnded(jobs + 1);
    broken.set(false);

    JobFilter failed = JobFilter.ALL.queue("q").state(JobState.FAILED).lane("");
    long one = node.jobs.control().redrive(failed);
    long two = second.jobs.control().redrive(failed);
    awaitDone(jobs);
    assertThat(node.outcome(one)).isEqualTo("done");
    assertThat(node.outcome(two)).isEqualTo("done");
    assertThat(done.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(done.values()).allMatch(times -> times.get() == 1);
    assertThat(changed(one) + changed(two)).isEqualTo(jobs);
    assertThat(node.jobs.list().find(other).orElseThrow().job().state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void whatFailsAgainIsNotRetriedForEver() throws Exception {
    enqueueAll(10);
    node.working(4, this::run);
    awaitEnded(10);

    long redrive = node.jobs.control().redrive(JobFilter.ALL.state(JobState.FAILED));
    assertThat(node.outcome(redrive)).isEqualTo("done");
    assertThat(changed(redrive)).isEqualTo(10);
    assertThatThrownBy(() -> node.jobs.control().redrive(JobFilter.ALL))
        .hasMessageContaining("must say which");
  }

  @Test
  void aDrainThatWasStoppedIsNotRevivedByARedrive() throws Exception {
    node.jobs.queues().pause(JobControl.QUEUE);
    node.working(4, this::run);
    long drain = node.jobs.control().drain("elsewhere");
    node.jobs.cancel(drain);
    assertThat(node.outcome(drain)).isEqualTo("cancelled");
    node.jobs.queues().resume(JobControl.QUEUE);

    JobFilter cancelled = JobFilter.ALL.state(JobState.CANCELLED);
    long redrive = node.jobs.control().redrive(cancelled);
    assertThat(node.outcome(redrive)).isEqualTo("done");
    assertThat(changed(redrive)).isZero();
    assertThat(node.jobs.list().find(drain).orElseThrow().job().state())
        .isEqualTo(JobState.CANCELLED);
    assertThat(node.jobs.control().retry(drain)).contains(JobState.READY);
    assertThatThrownBy(() -> node.jobs.control().redrive(cancelled.queue(JobControl.QUEUE)))
        .hasMessageContaining("one by one");
  }

  @Test
  void aRedriveGoesOnAfterTheDeathOfItsNodeAndCountsNothingTwice() throws Exception {
    int jobs = 2_300;
    enqueueAll(jobs);
    node.working(50, this::run);
    awaitEnded(jobs);
    broken.set(false);
    CountDownLatch died = new CountDownLatch(1);
    node.jobs
        .control()
        .report(_ ->
            changed -> {
              if (changed >= 2L * Sweeper.BATCH_MAX) {
                node.die();
                died.countDown();
              }
            });

    long redrive = node.jobs.control().redrive(JobFilter.ALL.state(JobState.FAILED));
    assertThat(died.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    JobsNode heir = node.another().working(50, this::run);
    assertThat(heir.outcome(redrive)).isEqualTo("done");
    awaitDone(jobs);
    assertThat(heir.jobs.list().find(redrive).orElseThrow().result()).contains("\"jobs\":" + jobs);
  }

  @Test
  void aQueueThatIsPausedIsDrainedOfAllThatWaitsAndWhatRunsGoesOn() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        1,
        run -> {
          if (run.payload().equals("\"first\"")) {
            go.await();
          }
          return new Outcome.Done();
        });
    long first = enqueue(job("\"first\""));
    while (node.jobs.list().find(first).orElseThrow().job().state() != JobState.RUNNING) {
      Await.rest();
    }
    node.jobs.queues().pause("q");
    List<Long> ids = new ArrayList<>(enqueueAll(1_200));
    ids.add(enqueue(job("1").after(Duration.ofHours(1))));
    long parent =
        node.database.tx(tx ->
            node.jobs.enqueue(
                tx,
                job("\"parent\""),
                List.of(Child.of(NewJob.of("elsewhere", "work", "\"child\"")))));
    ids.addAll(List.of(parent, parent + 1));

    long drain = node.jobs.control().drain("q");
    long later = enqueue(job("\"later\""));
    assertThat(node.outcome(drain)).isEqualTo("done");
    for (long id : ids) {
      assertThat(node.outcome(id)).isEqualTo("cancelled");
    }
    assertThat(changed(drain)).isEqualTo(ids.size());
    assertThat(node.jobs.list().find(later).orElseThrow().job().state()).isEqualTo(JobState.READY);
    go.countDown();
    assertThat(node.outcome(first)).isEqualTo("done");
  }

  private long changed(long sweep) {
    return JsonMapper.shared()
        .readTree(node.jobs.list().find(sweep).orElseThrow().result())
        .path("jobs")
        .asLong();
  }

  private void awaitDone(int jobs) {
    await(() -> done.size() >= jobs, "jobs to be done");
  }

  private void awaitEnded(int jobs) {
    await(
        () ->
            node.database
                    .list("SELECT count(*) FROM everbrook.job_done", row -> row.getInt(1))
                    .getFirst()
                >= jobs,
        "jobs to end");
  }

  private static void await(BooleanSupplier is, String what) {
    long start = System.nanoTime();
    while (!is.getAsBoolean()) {
      assertThat(System.nanoTime() - start)
          .as(what)
          .isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }

  private List<Long> enqueueAll(int jobs) {
    return node.database.tx(tx ->
        node.jobs.enqueueAll(tx, IntStream.range(0, jobs).mapToObj(i -> job("" + i)).toList()));
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private static NewJob job(String payload) {
    return NewJob.of("q", JobsTest.KIND, payload);
  }
}
