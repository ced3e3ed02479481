package dev.everbrook.engine.job.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RunReport;
import dev.everbrook.engine.job.lane.IdleLanes;
import dev.everbrook.engine.job.upkeep.Promoter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction that stands still holds a row beside those of the jobs that are about to end. */
class FrozenRowsTest {

  private static final String LANE_A = "SELECT FROM everbrook.lane WHERE name = 'a' FOR UPDATE";

  private Hands hands;
  private JobsNode node;

  @BeforeEach
  void start() {
    hands = new Hands();
    node = hands.node;
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.tokensPerMinute(1_000));
  }

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void aLaneThatIsHeldKeepsNoJobFromEndingAndGetsItsTokensBackLater() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    node.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK,
        run -> {
          if (!run.lane().isEmpty()) {
            running.countDown();
            go.await();
            run.usedTokens(0);
          }
          return new Outcome.Done();
        });
    node.jobs.work(Map.of("q", 2, "r", 2));
    long first = hands.enqueue(Hands.job().lane("a").tokens(900));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    try (Connection frozen = freeze(LANE_A)) {
      go.countDown();
      assertThat(node.outcome(first)).isEqualTo("done");
      for (int i = 0; i < 3; i++) {
        assertThat(node.outcome(hands.enqueue(NewJob.of("r", JobsTest.KIND, "{}"))))
            .isEqualTo("done");
      }
      assertThat(tokensLeft()).isLessThan(600);
      frozen.rollback();
    }
    long start = System.nanoTime();
    while (tokensLeft() < 900) {
      assertThat(System.nanoTime() - start).isLessThan(Hands.LONG.toNanos());
      Await.rest();
    }
  }

  @Test
  void aWorkerIsToldThatItsJobEndedThoughItsLaneIsHeld() throws Exception {
    hands.enqueue(Hands.job().lane("a").tokens(900));
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    try (Connection frozen = freeze(LANE_A)) {
      long start = System.nanoTime();
      RunReport report = new RunReport(new Outcome.Done(), OptionalInt.of(1));

      assertThat(hands.settle(worker, given, report)).isEqualTo(new ReportResult.Over(Ended.DONE));
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(10).toNanos());
      frozen.rollback();
    }
  }

  @Test
  void anOverdueJobThatIsHeldKeepsNoOtherFromEndingAndItsWorkerFromNoOrder() throws Exception {
    UUID worker = hands.worker(Hands.LEASE);
    long held = given(worker, Set.of());
    long other = given(worker, Set.of(held));
    long cancelled = given(worker, Set.of(held, other));
    hands.passDeadline(held, 120);
    try (Connection frozen =
        freeze("SELECT FROM everbrook.job WHERE id = " + held + " FOR UPDATE")) {
      hands.passDeadline(other, 120);
      node.database.update("UPDATE everbrook.job SET cancelled = true WHERE id = ?", cancelled);
      hands.node.jobs.endOverdue();
      assertThat(node.outcome(other)).isEqualTo("failed");

      List<RemoteWorkers.StopRequest> orders =
          hands.workers.beat(Hands.WHO, worker, Set.of(), Duration.ZERO, () -> false).orElseThrow();
      assertThat(orders).extracting(RemoteWorkers.StopRequest::job).contains(cancelled);
      frozen.rollback();
    }
    hands.node.jobs.endOverdue();
    assertThat(node.outcome(held)).isEqualTo("failed");
  }

  /** A job that this worker holds. */
  private long given(UUID worker, Set<Long> before) throws InterruptedException {
    long job = hands.enqueue(Hands.job());
    hands.workers.claim(Hands.WHO, worker, Hands.wish(Duration.ZERO, before), () -> false);
    return job;
  }

  @Test
  void aLaneThatIsHeldIsForgottenLaterAndTheOthersNow() throws Exception {
    node.database.update(
        """
        INSERT INTO everbrook.lane (queue, name, touched_at)
        VALUES ('q', 'x', now() - interval '2 days'), ('q', 'y', now() - interval '2 days')
        """);
    IdleLanes idle = new IdleLanes(node.database);
    try (Connection frozen = freeze("SELECT FROM everbrook.lane WHERE name = 'x' FOR UPDATE")) {
      assertThat(idle.forget()).isOne();
      frozen.rollback();
    }
    assertThat(idle.forget()).isOne();
  }

  /** Else it would be asked for two hundred times a second. */
  @Test
  void aDelayedJobThatIsHeldIsAskedForNowAndThen() throws Exception {
    long job = hands.enqueue(Hands.job().after(Duration.ofHours(1)));
    node.database.update("UPDATE everbrook.job SET run_at = now() - interval '1 s'");
    Promoter promoter = new Promoter(node.database, _ -> {});
    try (Connection frozen =
        freeze("SELECT FROM everbrook.job WHERE id = " + job + " FOR UPDATE")) {
      assertThat(promoter.step()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
      frozen.rollback();
    }
    promoter.step();
    node.awaitState(job, JobState.READY);
  }

  private Connection freeze(String sql) throws Exception {
    Connection connection = node.pool.getConnection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
      statement.execute(sql);
    }
    return connection;
  }

  private double tokensLeft() {
    return node.jobs.lanes().list("q", "a", 1).lanes().getFirst().tokens().orElseThrow();
  }
}
