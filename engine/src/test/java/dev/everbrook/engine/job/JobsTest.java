package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobsTest {

  private static final String KIND = "work";
  private static final int WAIT_S = 20;
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private Access access;
  private Node node;

  /** The rooms that jobs need, without the others. */
  private static final class Node implements AutoCloseable {
    private final HikariDataSource pool;
    private final Database database;
    private final Membership membership;
    private final Bell bell;
    private final Jobs jobs;

    Node(Access access) {
      pool = Pool.open(access.url(), access.user(), access.password(), 6);
      database = new Database(pool);
      membership = new Membership(database, World.real(), "test");
      bell = new Bell(database, World.real());
      jobs = new Jobs(database, bell, membership, World.real(), new SimpleMeterRegistry());
    }

    Node working(int places, Handler handler) {
      jobs.handle(KIND, QUICK, handler);
      jobs.work(Map.of("q", places));
      return this;
    }

    void die() {
      pool.close();
    }

    @Override
    public void close() {
      jobs.close();
      bell.close();
      membership.close();
      pool.close();
    }
  }

  @BeforeEach
  void start() {
    access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new Node(access);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aJobRunsOnceItsTransactionHasCommitted() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 1}")));

    ends.await();
    assertThat(ends.payloads).containsExactly("{\"n\": 1}");
    assertThat(outcome(id)).isEqualTo("done");
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
          public void ended(Run run, End end, String reason) {
            assertThat(end).isEqualTo(End.FAILED);
            assertThat(reason).contains("no luck");
            ended.countDown();
          }
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));

    assertThat(ended.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(attempts).hasValue(3);
    assertThat(outcome(id)).isEqualTo("failed");
  }

  @Test
  void anEndThatCannotBePutInOrderIsTriedAgain() throws Exception {
    AtomicInteger ends = new AtomicInteger();
    CountDownLatch twice = new CountDownLatch(2);
    node.working(
        4,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            return new Outcome.Failed("no", false);
          }

          @Override
          public void ended(Run run, End end, String reason) {
            twice.countDown();
            if (ends.incrementAndGet() == 1) {
              throw new IllegalStateException("the end failed");
            }
          }
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));

    assertThat(twice.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(outcome(id)).isEqualTo("failed");
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
    try (Node other = new Node(access)) {
      assertThat(other.jobs.cancel(id)).isTrue();
    }

    assertThat(stopped.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(outcome(id)).isEqualTo("cancelled");
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
    assertThat(outcome(waiting)).isEqualTo("cancelled");
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
    assertThat(outcome(id)).isEqualTo("failed");
  }

  @Test
  void theJobsOfADeadNodeRunElsewhereAndItsLateVerdictChangesNothing() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch wake = new CountDownLatch(1);
    Node dying =
        new Node(access)
            .working(
                4,
                run -> {
                  running.countDown();
                  wake.await();
                  return new Outcome.Failed("late", false);
                });
    long id = dying.database.tx(tx -> dying.jobs.enqueue(tx, job("{}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    dying.die();

    ends.await();
    wake.countDown();
    assertThat(ends.attempts).containsExactly(2);
    assertThat(outcome(id)).isEqualTo("done");
  }

  @Test
  void aNodeThatWasTakenForDeadStopsItsRunsAndGoesOnUnderANewId() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch lost = new CountDownLatch(1);
    Set<Long> nodes = ConcurrentHashMap.newKeySet();
    CountDownLatch again = new CountDownLatch(2);
    node.working(
        4,
        run -> {
          nodes.add(run.node());
          again.countDown();
          if (nodes.size() > 1) {
            return new Outcome.Done();
          }
          run.onStop(lost::countDown);
          running.countDown();
          lost.await();
          return new Outcome.Done();
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    long before = node.membership.node();
    node.database.update("DELETE FROM everbrook.node WHERE id = ?", before);

    assertThat(lost.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(again.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(outcome(id)).isEqualTo("done");
    assertThat(nodes).hasSize(2).contains(before);
  }

  @Test
  void aCleanStopHandsOverAtOnceAndUsesUpNoAttempt() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Node leaving =
        new Node(access)
            .working(
                4,
                run -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return new Outcome.Done();
                });
    long id = leaving.database.tx(tx -> leaving.jobs.enqueue(tx, job("{}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    leaving.close();
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.attempts).containsExactly(1);
    assertThat(outcome(id)).isEqualTo("done");
  }

  @Test
  void twoNodesShareTheWorkAndEachJobIsDoneOnce() throws Exception {
    int jobs = 1_000;
    Ends ends = new Ends(jobs);
    node.working(16, ends.handler(_ -> new Outcome.Done()));
    try (Node _ = new Node(access).working(16, ends.handler(_ -> new Outcome.Done()))) {
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
  void jobsGoOnAfterEveryConnectionWasCut() throws Exception {
    int jobs = 300;
    Ends ends = new Ends(jobs);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    for (int i = 0; i < jobs; i++) {
      enqueueUntilTaken(job("{\"n\": " + i + "}"));
      if (i % 100 == 50) {
        cutAllConnections();
      }
    }
    ends.await();
    assertThat(Set.copyOf(ends.payloads)).hasSize(jobs);
  }

  @Test
  void aHandlerThatThrowsAnErrorLosesNeitherItsJobNorItsPlace() throws Exception {
    Ends ends = new Ends(2);
    AtomicInteger runs = new AtomicInteger();
    node.working(
        1,
        ends.handler(_ -> {
          if (runs.incrementAndGet() == 1) {
            throw new StackOverflowError("too deep");
          }
          return new Outcome.Done();
        }));
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 1}")));
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 2}")));

    ends.await();
    assertThat(ends.payloads).containsExactlyInAnyOrder("{\"n\": 1}", "{\"n\": 2}");
  }

  @Test
  void aClaimWhoseReplyWasLostIsGivenBack() throws Exception {
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, job("{}")));
    // What is left when the connection breaks between the claim's commit and its reply.
    node.database.update(
        "UPDATE everbrook.job SET state = 'running', owner = ?, run = 1, attempt = 1 WHERE id = ?",
        node.membership.node(),
        id);
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.attempts).containsExactly(1);
    assertThat(outcome(id)).isEqualTo("done");
  }

  @Test
  void placesAreKeptCountOfWhenAJobComesBackWhileItsOldRunUnwinds() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch unwind = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    Ends ends = new Ends(4);
    node.working(
        2,
        ends.handler(run -> {
          if (runs.incrementAndGet() == 1) {
            run.onStop(() -> {});
            running.countDown();
            unwind.await();
          }
          return new Outcome.Done();
        }));
    node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": 0}")));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.database.update("DELETE FROM everbrook.node WHERE id = ?", node.membership.node());
    while (runs.get() < 2) {
      Thread.onSpinWait(); // the same job has come back to this node
    }
    unwind.countDown();
    for (int i = 1; i <= 2; i++) {
      int n = i;
      node.database.tx(tx -> node.jobs.enqueue(tx, job("{\"n\": " + n + "}")));
    }
    ends.await();
    while (node.jobs.running() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aPayloadThatIsTooLongIsRefusedWithAdvice() {
    assertThatThrownBy(() -> job("\"" + "x".repeat(NewJob.PAYLOAD_BYTES_MAX) + "\""))
        .hasMessageContaining("65536 bytes")
        .hasMessageContaining("enqueue its key");
  }

  /** As an application does whose connection may break: a repeated enqueue is a second job. */
  private void enqueueUntilTaken(NewJob job) {
    while (true) {
      try {
        node.database.tx(tx -> node.jobs.enqueue(tx, job));
        return;
      } catch (StoreFailure e) {
        assertThat(e.worthRetrying()).as(String.valueOf(e.getMessage())).isTrue();
      }
    }
  }

  private void cutAllConnections() {
    try (HikariDataSource other = Pool.open(access.url(), access.user(), access.password(), 1)) {
      new Database(other)
          .list(
              """
              SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
              """,
              row -> true);
    }
  }

  private static NewJob job(String payload) {
    return NewJob.of("q", KIND, payload);
  }

  /** Waits until the job has left the queue. */
  private String outcome(long id) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      List<String> found =
          node.database.list(
              "SELECT outcome FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), id);
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    throw new AssertionError("job " + id + " did not end within " + WAIT_S + " s");
  }

  /** Counts the runs that were done, and remembers what they were given. */
  private static final class Ends {
    private final CountDownLatch done;
    private final Queue<String> payloads = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> attempts = new ConcurrentLinkedQueue<>();

    Ends(int expected) {
      done = new CountDownLatch(expected);
    }

    Handler handler(Handler inner) {
      return run -> {
        attempts.add(run.attempt());
        Outcome outcome = inner.run(run);
        if (outcome instanceof Outcome.Done) {
          payloads.add(run.payload());
          done.countDown();
        }
        return outcome;
      };
    }

    void await() throws InterruptedException {
      assertThat(done.await(WAIT_S, TimeUnit.SECONDS))
          .as("%s more runs to be done within %s s", done.getCount(), WAIT_S)
          .isTrue();
    }
  }
}
