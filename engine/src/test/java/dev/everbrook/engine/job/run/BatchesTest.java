package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How many jobs are claimed for calls that take several. */
class BatchesTest {

  private static final int TOGETHER = 100;
  private static final int BURST = 1_000;

  private static final String RUNNING =
      "SELECT count(*) FROM everbrook.job WHERE state = 'running'";

  /** Of all jobs, those that have ended too. */
  private static final String CLAIMS =
      """
      SELECT (SELECT coalesce(sum(run), 0) FROM everbrook.job WHERE queue = 'q')
             + (SELECT coalesce(sum(run), 0) FROM everbrook.job_done WHERE queue = 'q')
      """;

  /** Twice as long as a job that was claimed ahead waits for a place. */
  private static final Duration WATCHED = Duration.ofSeconds(1);

  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  @AutoClose private final JobsNode node = new JobsNode();

  @AfterEach
  void release() {
    release.countDown();
  }

  @Test
  void whatWaitsWhileACallTakesLongIsNotClaimedAgainAndAgain() throws Exception {
    work(jobs(JobsTest.KIND, 500, ""));

    assertThat(called.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    await(RUNNING, TOGETHER); // what was claimed ahead, when the calls before were short, goes back
    assertThatNobodyIsClaimed();
  }

  @Test
  void whatWaitsInALaneWithARateIsNotEvenClaimedOnce() throws Exception {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(1e-6, BURST));
    node.jobs.queues().limit("q", QueueLimits.NONE.perSecond(1e-6, BURST));
    work(jobs(JobsTest.KIND, 500, "a"));

    assertThat(called.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    await("SELECT count(*) FROM everbrook.job WHERE run > 0", TOGETHER); // as soon as others end
    assertThatNobodyIsClaimed();
  }

  @Test
  void whatIsPutBackWithoutHavingBegunCostsNoRate() throws Exception {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(1e-6, BURST));
    node.jobs.queues().limit("q", QueueLimits.NONE.perSecond(1e-6, BURST));
    node.jobs.handle("slow", JobsTest.QUICK, this::block);
    List<NewJob> jobs = new ArrayList<>(jobs(JobsTest.KIND, 5, "a"));
    jobs.addAll(jobs("slow", 50, "a"));
    work(jobs); // 1 and 4 with two calls; of what was claimed for the next call, one begins

    assertThat(called.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    await("SELECT count(*) FROM everbrook.job WHERE kind = 'slow' AND state = 'running'", 1);
    assertThat(count("SELECT count(*) FROM everbrook.job WHERE kind = 'slow' AND run > 0"))
        .isGreaterThan(1);
    await("SELECT round(allowance) FROM everbrook.lane WHERE name = 'a'", BURST - 6);
    await("SELECT round(allowance) FROM everbrook.queue WHERE name = 'q'", BURST - 6);
  }

  /** The first calls are short; one that has all it may take is long. */
  private void work(List<NewJob> jobs) {
    node.database.tx(tx -> node.jobs.enqueueAll(tx, jobs));
    node.jobs.handleBatch(
        JobsTest.KIND,
        JobsTest.QUICK,
        TOGETHER,
        runs -> {
          if (runs.size() == TOGETHER) {
            block(runs.getFirst());
          }
          return runs.stream().map(_ -> (Outcome) new Outcome.Done()).toList();
        });
    node.jobs.work(Map.of("q", 1));
  }

  private Outcome block(Run run) throws InterruptedException {
    run.onStop(release::countDown);
    called.countDown();
    release.await();
    return new Outcome.Done();
  }

  private void assertThatNobodyIsClaimed() {
    long claims = count(CLAIMS);
    long start = System.nanoTime();
    while (System.nanoTime() - start < WATCHED.toNanos()) {
      assertThat(count(CLAIMS)).isEqualTo(claims);
      Await.rest();
    }
  }

  private void await(String select, long expected) {
    long start = System.nanoTime();
    while (count(select) != expected) {
      assertThat(System.nanoTime() - start)
          .as("%s yields %s, not yet %s", select, count(select), expected)
          .isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }

  private long count(String select) {
    return node.database.list(select, row -> row.getLong(1)).getFirst();
  }

  private static List<NewJob> jobs(String kind, int n, String lane) {
    NewJob job = NewJob.of("q", kind, "{}");
    return Collections.nCopies(n, lane.isEmpty() ? job : job.lane(lane));
  }
}
