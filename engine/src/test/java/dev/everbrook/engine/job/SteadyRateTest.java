package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Isolated;

/** What must not slow a queue down. Rates are compared with those just before and just after. */
@Tag("alone")
@TestInstance(Lifecycle.PER_CLASS) // a queue is warm after seconds: both tests take the same
@TestMethodOrder(OrderAnnotation.class)
@Isolated("its rates are compared, and other classes of this process would change them")
class SteadyRateTest {

  /** Two minutes are asked for; what takes long shows before, since it grows from the start. */
  private static final int IDLE_S = Integer.getInteger("everbrook.test.idleSeconds", 20);

  private static final double SHARE = 0.8;
  private static final int WARM_UP_S = 5;
  private static final int MEASURED_S = 5;
  private static final int LOOKS_MAX = 4;
  private static final int BACKLOG = 5_000;
  private static final int HISTORY = 1_000_000;

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicBoolean enough = new AtomicBoolean();
  private Access access;
  private JobsNode node;
  private Thread enqueuing;
  private double before;

  @BeforeAll
  void start() {
    access = TestNode.newDatabase();
    node = new JobsNode(access);
    node.working(
        50,
        _ -> {
          done.incrementAndGet();
          return new Outcome.Done();
        });
    enqueuing = Thread.ofVirtual().start(this::keepBusy);
    rate(WARM_UP_S);
    before = rate(MEASURED_S);
  }

  @AfterAll
  void stop() throws Exception {
    enough.set(true);
    enqueuing.join();
    node.close();
  }

  @Test
  @Order(1)
  void aHistoryOfAMillionJobsDoesNotSlowAQueueDown() {
    enough.set(true);
    node.database.tx(tx ->
        tx.update(
            """
            INSERT INTO everbrook.job_done
                   (id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
                    deadline_at, principal, payload)
            SELECT -n, 'q', 'work', '', 0, 'done', 1, 1, 0, now(), now(), '', '{}'
              FROM generate_series(1, ?) AS n
            """,
            HISTORY));
    enough.set(false);
    enqueuing = Thread.ofVirtual().start(this::keepBusy);
    rate(1);

    assertSteady(steadyRate());
  }

  @Test
  @Order(2) // its dead rows stay for a while
  void aTransactionThatIsLeftOpenDoesNotSlowAQueueDown() throws Exception {
    double open;
    try (Connection idle =
        DriverManager.getConnection(access.url(), access.user(), access.password())) {
      idle.setAutoCommit(false);
      idle.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (var statement = idle.createStatement()) {
        assertThat(statement.executeQuery("SELECT count(*) FROM everbrook.node").next()).isTrue();
      }
      rate(IDLE_S - IDLE_S / 4);
      open = steadyRate();
      idle.rollback();
    }

    assertSteady(open);
  }

  /** The best of a few: what slows a queue down stays, and what else the machine does passes. */
  private double steadyRate() {
    double best = 0;
    for (int look = 0; look < LOOKS_MAX && best < SHARE * before; look++) {
      best = Math.max(best, rate(MEASURED_S));
    }
    return best;
  }

  /** The machine may have become slower meanwhile, for all. */
  private void assertSteady(double now) {
    double after = now >= SHARE * before ? before : rate(2 * MEASURED_S);
    assertThat(now)
        .as("jobs a second; %.0f before, %.0f after", before, after)
        .isGreaterThanOrEqualTo(SHARE * Math.min(before, after));
  }

  private void keepBusy() {
    int enqueued = done.get();
    while (!enough.get()) {
      if (enqueued - done.get() < BACKLOG) {
        List<NewJob> jobs = Collections.nCopies(1_000, NewJob.of("q", JobsTest.KIND, "{}"));
        enqueued += node.database.tx(tx -> node.jobs.enqueueAll(tx, jobs)).size();
      } else {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  /** How many jobs a second are done in the next seconds, which have to pass: others work. */
  private double rate(int seconds) {
    long start = System.nanoTime();
    int before = done.get();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return (done.get() - before) / ((System.nanoTime() - start) / 1e9);
  }
}
