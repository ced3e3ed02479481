package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.NonRetryable;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.text.Excerpt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Handlers and listeners that do what they should not: their jobs end, their places go on. */
class UnrulyHandlersTest {

  private static final Duration AGES = Duration.ofSeconds(Long.MAX_VALUE);

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void aBatchThatTellsNothingOfOneOfItsJobsFailsThemAndItsPlaceGoesOn() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    node.jobs.handleBatch(
        JobsTest.KIND,
        JobsTest.QUICK,
        5,
        runs ->
            calls.incrementAndGet() == 1
                ? new ArrayList<>(Collections.nCopies(runs.size(), null))
                : runs.stream().map(_ -> (Outcome) new Outcome.Done()).toList());
    node.jobs.work(Map.of("q", 1));
    long first = enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(first)).isEqualTo("failed");
    assertThat(error(first)).contains("told no outcome");
    assertThat(node.outcome(enqueue(JobsTest.job("{}")))).isEqualTo("done");
  }

  @Test
  void aListenerThatThrowsAndATimeWithoutEndDoNotHoldUpALimitedJob() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch told = new CountDownLatch(1);
    node.jobs
        .lanes()
        .onClosed(_ -> {
          throw new IllegalStateException("a listener failed");
        });
    node.jobs.lanes().onClosed(_ -> told.countDown());
    node.working(
        1,
        _ ->
            runs.incrementAndGet() == 1
                ? new Outcome.Limited(AGES, "429 without end")
                : new Outcome.Done());
    long job = enqueue(JobsTest.job("{}").lane("a"));
    assertThat(told.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.jobs.lanes().open("q", "a");

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(attempts(job)).isEqualTo(1);
  }

  @Test
  void anActionThatThrowsAtAStopKeepsNeitherOthersFromStoppingNorTheNodeFromClosing()
      throws Exception {
    CountDownLatch running = new CountDownLatch(4);
    CountDownLatch stopped = new CountDownLatch(4);
    node.working(
        4,
        run -> {
          run.onStop(() -> {
            stopped.countDown();
            throw new IllegalStateException("cannot stop");
          });
          running.countDown();
          stopped.await();
          return new Outcome.HandOver();
        });
    for (int i = 0; i < 4; i++) {
      enqueue(JobsTest.job("{}"));
    }
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.jobs.close();

    assertThat(stopped.getCount()).isZero();
    assertThat(node.jobs.running()).isZero();
  }

  @Test
  void whatARunDecidedIsCarriedOutThoughItIgnoredThatItWasToStop() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Ends ends = new Ends(1);
    node.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK.attemptTime(Duration.ofMillis(300)),
        ends.handler(_ -> {
          if (runs.incrementAndGet() > 1) {
            return new Outcome.Done();
          }
          while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          return new Outcome.Limited(Duration.ofMillis(1), "429, and the thread is interrupted");
        }));
    node.jobs.work(Map.of("q", 1));
    enqueue(JobsTest.job("{}").lane("a"));

    ends.await();
    assertThat(ends.attempts).containsExactly(1, 1);
  }

  @Test
  void aHandlerThatIsInterruptedThoughNobodyToldItToStopHasFailed() throws Exception {
    node.working(
        1,
        _ -> {
          throw new InterruptedException("of its own making");
        });
    long job = enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(attempts(job)).isEqualTo(JobsTest.QUICK.attemptsMax());
    assertThat(error(job)).contains("of its own making");
  }

  @Test
  void anEndThatIsInterruptedThoughNobodyStopsItWaitsBeforeItIsTriedAgain() throws Exception {
    node.jobs.handle(
        JobsTest.KIND,
        new RetryPolicy(1, Duration.ofHours(1), Duration.ofHours(1)),
        new Handler() {
          @Override
          public Outcome run(Run run) {
            return new Outcome.Failed("for good", false);
          }

          @Override
          public void ended(Run run, Ended end, String reason) throws InterruptedException {
            throw new InterruptedException("of its own making");
          }
        });
    node.jobs.work(Map.of("q", 1));

    node.awaitState(enqueue(JobsTest.job("{}")), JobState.DELAYED);
  }

  @Test
  void aJobThatCompletedItselfIsDoneWhateverItsHandlerSaysAfterwards() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    node.working(
        1,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            node.database.tx(tx -> {
              run.complete(tx, "42");
              return true;
            });
            throw new NonRetryable("too late");
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            ended.incrementAndGet();
          }
        });
    long job = enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("done");
    node.awaitIdle();
    assertThat(ended).hasValue(0);
  }

  @Test
  void aJobCannotWaitForNothing() {
    assertThatThrownBy(() -> new Outcome.AfterChildren(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one child");
  }

  @Test
  void aReasonIsCutBetweenCharacters() {
    String waves = "🌊".repeat(Excerpt.REASON_MAX);

    assertThat(new Outcome.Failed(waves, true).reason()).isEqualTo("🌊".repeat(5_000) + "…");
    assertThat(Excerpt.of(waves, 3)).isEqualTo("🌊…");
    assertThat(Excerpt.of("abc", 3)).isEqualTo("abc");
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private String error(long job) {
    return node.database
        .list("SELECT error FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), job)
        .getFirst();
  }

  private int attempts(long job) {
    return node.database
        .list("SELECT attempt FROM everbrook.job_done WHERE id = ?", row -> row.getInt(1), job)
        .getFirst();
  }
}
