package dev.everbrook.engine.job.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The database is away just when it is to be told how a run ended. */
class CarriedEndsTest {

  /** More than any of them is tried before it is left to time. */
  private static final int OFTEN = 6;

  private final Wire wire = new Wire();
  private final AtomicInteger runs = new AtomicInteger();

  @AutoClose private final JobsNode node = new JobsNode(TestNode.newDatabase(), wire);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void childrenThatCouldNotBeEnqueuedJustNowAreAndNoAttemptIsUsedUp(boolean reached)
      throws Exception {
    String await = "SET state = 'blocked', owner = NULL, attempt = attempt - 1";
    AtomicInteger left =
        reached
            ? wire.loseReply(1, Wire.COMMIT, "OVERRIDING SYSTEM VALUE")
            : wire.lose(OFTEN, await);
    int attempt =
        lastAttempt(run ->
            run.payload().contains("child") || !run.children().isEmpty()
                ? new Outcome.Done()
                : new Outcome.AfterChildren(List.of(Child.of(JobsTest.job("\"child\"")))));

    assertThat(left).hasValue(0);
    assertThat(attempt).isOne();
    assertThat(runs).hasValue(3);
  }

  @Test
  void aLaneThatCouldNotBeClosedJustNowIsAndNoAttemptIsUsedUp() throws Exception {
    AtomicInteger left = wire.lose(OFTEN, "closed_until = greatest(");
    int attempt =
        lastAttempt(_ ->
            runs.get() == 1
                ? new Outcome.Limited(Duration.ofMillis(1), "429")
                : new Outcome.Done());

    assertThat(left).hasValue(0);
    assertThat(attempt).isOne();
    assertThat(runs).hasValue(2);
  }

  @Test
  void aCompletionOfWhichItIsNotKnownJustNowWhetherItStandsUsesUpNoAttempt() throws Exception {
    AtomicInteger left = wire.lose(OFTEN, "SELECT count(*) > 0 FROM everbrook.job");
    int attempt =
        lastAttempt(run -> {
          node.database.tx(tx -> {
            run.complete(tx, "7");
            return true;
          });
          return new Outcome.Done("7");
        });
    node.awaitIdle();

    assertThat(left).hasValue(0);
    assertThat(attempt).isOne();
    assertThat(runs).hasValue(1);
    assertThat(node.meters.get("everbrook.job.fenced").counter().count()).isZero();
  }

  @Test
  void aSnoozeThatCouldNotBeWrittenJustNowUsesUpNoAttempt() throws Exception {
    AtomicInteger left = wire.lose(OFTEN, "counted AS (");
    int attempt =
        lastAttempt(_ ->
            runs.get() == 1 ? new Outcome.Snooze(Duration.ofMillis(1), "") : new Outcome.Done());

    assertThat(left).hasValue(0);
    assertThat(attempt).isOne();
    assertThat(runs).hasValue(2);
  }

  /** What its handler writes at the end is tried again, without a run of the job. */
  @Test
  void anEndThatCouldNotBePutInOrderJustNowIsPutInOrderWithoutAnotherRun() throws Exception {
    AtomicInteger left = wire.lose(OFTEN, "SELECT 'the end'");
    AtomicInteger ends = new AtomicInteger();
    node.working(
        1,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            runs.incrementAndGet();
            return new Outcome.Failed("for good", false);
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            node.database.list("SELECT 'the end'", row -> true);
            ends.incrementAndGet();
          }
        });
    long job = node.jobs.enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(left).hasValue(0);
    assertThat(runs).hasValue(1);
    assertThat(ends).hasValue(1);
    assertThat(node.jobs.list().find(job).orElseThrow().job().error()).isEqualTo("for good");
  }

  @Test
  void aJobThatFailedForGoodIsNotRunAgainThoughItsHandlerFailsToPutItsEndInOrder()
      throws Exception {
    AtomicInteger ends = new AtomicInteger();
    node.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            runs.incrementAndGet();
            return new Outcome.Failed("for good", false);
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            assertThat(reason).isEqualTo("for good");
            if (ends.incrementAndGet() < 3) {
              throw new IllegalStateException("not yet");
            }
          }
        });
    node.jobs.work(Map.of("q", 1));
    long job = node.jobs.enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(runs).hasValue(1);
    assertThat(ends).hasValue(3);
  }

  @Test
  void theOnlyPlaceIsFreeWhileTheEndOfARunWaitsForTheDatabase() throws Exception {
    wire.lose(1_000_000, "SET state = 'blocked', owner = NULL, attempt = attempt - 1");
    node.working(
        1,
        run ->
            run.payload().equals("{}")
                ? new Outcome.AfterChildren(List.of(Child.of(JobsTest.job("1"))))
                : new Outcome.Done());
    long stuck = node.jobs.enqueue(JobsTest.job("{}"));
    node.awaitState(stuck, JobState.RUNNING);
    long other = node.jobs.enqueue(JobsTest.job("2"));

    assertThat(node.outcome(other)).isEqualTo("done");
    assertThat(node.jobs.list().find(stuck).orElseThrow().job().state())
        .isEqualTo(JobState.RUNNING);
  }

  /**
   * Of several reasons to stop a run keeps the first, and a node that leaves is none of it then.
   */
  @ParameterizedTest
  @EnumSource(
      value = StopReason.class,
      names = {"CANCELLED", "DEADLINE", "TIMEOUT"})
  void anEndThatCannotBeWrittenIsLeftToOthersWhenTheNodeCloses(StopReason first) throws Exception {
    AtomicInteger left = wire.lose(Integer.MAX_VALUE, "SELECT 'the end'");
    CountDownLatch running = new CountDownLatch(1);
    node.jobs.handle(
        JobsTest.KIND,
        new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1))
            .attemptTime(Duration.ofMillis(first == StopReason.TIMEOUT ? 50 : 60_000)),
        new Handler() {
          @Override
          public Outcome run(Run run) throws InterruptedException {
            running.countDown();
            new CountDownLatch(1).await();
            return new Outcome.Done();
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            node.database.list("SELECT 'the end'", row -> true);
          }
        });
    node.jobs.work(Map.of("q", 1));
    Duration deadline = Duration.ofSeconds(first == StopReason.DEADLINE ? 1 : 60);
    long job = node.jobs.enqueue(JobsTest.job("{}").within(deadline));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    if (first == StopReason.CANCELLED) {
      node.jobs.cancel(job);
    }
    awaitTried(left, 2);

    node.jobs.close();

    assertThat(node.jobs.running()).isZero();
  }

  private static void awaitTried(AtomicInteger left, int times) {
    long start = System.nanoTime();
    while (Integer.MAX_VALUE - left.get() < times) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }

  /** Runs a job to its end, which is done; returns what number its last attempt had. */
  private int lastAttempt(Function<Run, Outcome> work) throws Exception {
    node.working(
        4,
        run -> {
          runs.incrementAndGet();
          return work.apply(run);
        });
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(job)).isEqualTo("done");
    return node.jobs.list().find(job).orElseThrow().job().attempt();
  }
}
