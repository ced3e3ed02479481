package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

public class JobsTest {

  public static final String KIND = "work";
  public static final int WAIT_S = 20;
  public static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode node = new JobsNode(access);

  @Test
  void aJobRunsOnceItsTransactionHasCommitted() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 1}")));

    ends.await();
    assertThat(ends.payloads).containsExactly("{\"n\": 1}");
    assertThat(node.outcome(id)).isEqualTo("done");
  }

  @Test
  void longPayloadsAndResultsGoInSeveralStatementsAndAllArrive() throws Exception {
    int jobs = 12;
    String longest = "\"" + "x".repeat(NewJob.PAYLOAD_BYTES_MAX - 2) + "\"";
    List<NewJob> large = Collections.nCopies(jobs, job(longest));
    Ends ends = new Ends(jobs);
    node.working(4, ends.handler(_ -> new Outcome.Done(longest)));

    List<Long> ids = node.database.tx(tx -> node.jobs.enqueueAll(tx, large));
    ends.await();
    for (long id : ids) {
      assertThat(node.outcome(id)).isEqualTo("done");
    }
    assertThat(ids).hasSize(jobs).isSorted().doesNotHaveDuplicates();
    assertThat(ends.payloads).allMatch(longest::equals);
    assertThat(JobInserter.portion(large)).hasSizeBetween(1, 10);
    assertThat(JobInserter.portion(Collections.nCopies(5_000, job("{}")))).hasSize(1_000);
  }

  @Test
  void whatCannotBeWorkedIsRefusedBeforeAnythingIs() throws Exception {
    node.working(1, _ -> new Outcome.Done());

    assertThatThrownBy(() -> node.jobs.work(Map.of("q", 2, "other", 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("queue 'q'");
    assertThatThrownBy(() -> node.jobs.work(Map.of("none", 0, "other", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("queue 'none'");
    assertThat(node.outcome(node.jobs.enqueue(job("{}")))).isEqualTo("done");
    node.jobs.work(Map.of("other", 1));
    assertThat(node.outcome(node.jobs.enqueue(NewJob.of("other", KIND, "{}")))).isEqualTo("done");
  }

  @Test
  void aJobOfATransactionThatRolledBackNeverRuns() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    assertThatThrownBy(() ->
            node.database.tx(tx -> {
              node.jobs.enqueue(tx, job("{\"n\": 1}"));
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 2}")));

    ends.await();
    assertThat(ends.payloads).containsExactly("{\"n\": 2}");
  }

  @Test
  void aJobCanBeEnqueuedInATransactionOfTheApplications() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    try (Connection connection = node.pool.getConnection()) {
      connection.setAutoCommit(false);
      node.jobs.enqueue(connection, job("{\"n\": 1}"));
      connection.commit();
    }
    ends.await();
    assertThat(ends.payloads).containsExactly("{\"n\": 1}");
  }

  @Test
  void aFailingJobIsTriedAgainAndThenBuriedAfterItsHandlerPutItsEndInOrder() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(1);
    node.working(
        4,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            attempts.incrementAndGet();
            throw new IllegalStateException("no luck");
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            assertThat(end).isEqualTo(Ended.FAILED);
            assertThat(reason).contains("no luck");
            ended.countDown();
          }
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));

    assertThat(ended.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts).hasValue(3);
    assertThat(node.outcome(id)).isEqualTo("failed");
  }

  @Test
  void aSnoozeDoesNotUseUpAnAttempt() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Ends ends = new Ends(1);
    node.working(
        4,
        ends.handler(run ->
            runs.incrementAndGet() < 6
                ? new Outcome.Snooze(Duration.ofMillis(1), "busy")
                : new Outcome.Done()));
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));

    ends.await();
    assertThat(ends.attempts).containsOnly(1);
    assertThat(runs).hasValue(6);
  }

  @Test
  void onlyWhatUsesUpAnAttemptIsCountedAsARetryAndWhatRunsIsMeasured() throws Exception {
    Ends ends = new Ends(1);
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Double> running = new CompletableFuture<>();
    node.working(
        4,
        ends.handler(_ ->
            switch (runs.incrementAndGet()) {
              case 1 -> new Outcome.Snooze(Duration.ofMillis(1), "busy");
              case 2 -> new Outcome.Failed("no luck", true);
              case 3 -> new Outcome.HandOver();
              case 4 -> new Outcome.Limited(Duration.ofMillis(1), "429");
              default -> {
                running.complete(node.meters.get("everbrook.jobs.running").gauge().value());
                yield new Outcome.Done();
              }
            }));
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}").lane("a")));

    assertThat(node.outcome(id)).isEqualTo("done");
    assertThat(running.get(WAIT_S, TimeUnit.SECONDS)).isOne();
    assertThat(node.meters.get("everbrook.job.retried").counter().count()).isOne();
    assertThat(node.meters.get("everbrook.job.returned").counter().count()).isEqualTo(3);
  }

  @Test
  void aDelayedJobWaitsForItsTime() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    long start = System.nanoTime();
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{}").after(Duration.ofMillis(300))));

    ends.await();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
  }

  @Test
  void aRunningJobIsCancelledFromAnotherNode() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    node.working(
        4,
        run -> {
          running.countDown();
          try {
            new CountDownLatch(1).await();
          } finally {
            stopped.countDown();
          }
          return new Outcome.Done();
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    try (JobsNode other = new JobsNode(access)) {
      assertThat(other.jobs.cancel(id)).isTrue();
    }

    assertThat(stopped.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(node.outcome(id)).isEqualTo("cancelled");
    assertThat(node.jobs.cancel(id)).isFalse();
  }

  @Test
  void aWaitingJobIsCancelledThoughAllPlacesAreTaken() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch hold = new CountDownLatch(1);
    node.working(
        1,
        run -> {
          running.countDown();
          hold.await();
          return new Outcome.Done();
        });
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    long waiting = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));

    assertThat(node.jobs.cancel(waiting)).isTrue();
    assertThat(node.outcome(waiting)).isEqualTo("cancelled");
    hold.countDown();
  }

  @Test
  void aJobPastItsDeadlineIsStoppedAndEnds() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    node.working(
        4,
        run -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            assertThat(run.stopReason()).contains(StopReason.DEADLINE);
            interrupted.countDown();
            throw e;
          }
          return new Outcome.Done();
        });
    long id =
        node.database.tx(tx -> node.jobs.enqueue(tx, job("{}").within(Duration.ofMillis(200))));

    assertThat(interrupted.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(node.outcome(id)).isEqualTo("failed");
  }

  @Test
  void twoNodesShareTheWorkAndEachJobIsDoneOnce() throws Exception {
    int jobs = 1_000;
    Ends ends = new Ends(jobs);
    node.working(16, ends.handler(_ -> new Outcome.Done()));
    try (JobsNode _ = new JobsNode(access).working(16, ends.handler(_ -> new Outcome.Done()))) {
      node.database.tx(tx -> {
        for (int i = 0; i < jobs; i++) {
          node.jobs.enqueue(tx, job("{\"n\": " + i + "}"));
        }
        return true;
      });
      ends.await();
      assertThat(ends.payloads).hasSize(jobs).doesNotHaveDuplicates();
    }
  }

  @Test
  void aPayloadThatIsTooLongIsRefusedWithAdvice() {
    assertThatThrownBy(() -> job("\"" + "x".repeat(NewJob.PAYLOAD_BYTES_MAX) + "\""))
        .hasMessageContaining("1048576 bytes")
        .hasMessageContaining("hand on its key");
  }

  @Test
  void aNameWithControlCharactersIsRefused() {
    assertThatThrownBy(() -> NewJob.of("q\njob-cancel 42", KIND, "{}"))
        .hasMessageContaining("a job's queue")
        .hasMessageContaining("no control characters");
    assertThatThrownBy(() -> NewJob.of("q", "k\t", "{}")).hasMessageContaining("a job's kind");
    assertThatThrownBy(() -> job("{}").lane("a\u0085b")).hasMessageContaining("a job's lane");
    assertThatThrownBy(() -> node.jobs.lanes().close("q\nr", "", Duration.ofSeconds(1), "why"))
        .hasMessageContaining("a job's queue");
    assertThatThrownBy(
            () -> node.jobs.lanes().close("q", "x".repeat(101), Duration.ofSeconds(1), "why"))
        .hasMessageContaining("1 to 100 characters");
  }

  @Test
  void aPayloadThatIsNoJsonIsRefusedBeforeItBreaksATransaction() {
    assertThatThrownBy(() -> NewJob.of("q", KIND, "{bad"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not JSON");
  }

  @Test
  void aConnectionThatCommitsByItselfIsRefused() throws Exception {
    try (Connection connection = node.pool.getConnection()) {
      connection.setAutoCommit(true);
      assertThatThrownBy(() -> node.jobs.enqueue(connection, job("{}")))
          .hasMessageContaining("setAutoCommit(false)");
    }
  }

  @Test
  void timesThatNobodyCanMeanAreRefused() {
    Duration ages = Duration.ofDays(365 * 300_000L);
    assertThatThrownBy(() -> job("{}").after(ages)).hasMessageContaining("at most PT87672H");
    assertThatThrownBy(() -> job("{}").within(ages)).hasMessageContaining("at most PT87672H");
    assertThatThrownBy(() -> Dedupe.debounce("k", ages)).hasMessageContaining("at most PT87672H");
  }

  public static NewJob job(String payload) {
    return NewJob.of("q", KIND, payload);
  }
}
