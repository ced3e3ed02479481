package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.admin.Canceller;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What dies, breaks or lies while jobs run. */
@Order(1)
class JobsFailureTest {
  static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode node = new JobsNode(access);

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
          public void ended(Run run, Ended end, String reason) {
            twice.countDown();
            if (ends.incrementAndGet() == 1) {
              throw new IllegalStateException("the end failed");
            }
          }
        });
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));

    assertThat(twice.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(node.outcome(id)).isEqualTo("failed");
  }

  @Test
  void aCancelledJobWhoseEndCannotBePutInOrderWaitsBeforeThatIsTriedAgain() throws Exception {
    node.jobs.handle(
        JobsTest.KIND,
        new RetryPolicy(3, Duration.ofMillis(1), Duration.ofHours(1)),
        new Handler() {
          @Override
          public Outcome run(Run run) {
            return new Outcome.Done();
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            throw new IllegalStateException("cannot be put in order now");
          }
        });
    node.jobs.work(Map.of("q", 1));
    long job = node.jobs.enqueue(JobsTest.job("{}").after(Duration.ofHours(1)));
    node.jobs.cancel(job);

    node.awaitState(job, JobState.DELAYED);
  }

  @Test
  void theJobsOfADeadNodeRunElsewhereAndItsLateVerdictChangesNothing() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch wake = new CountDownLatch(1);
    JobsNode dying =
        new JobsNode(access)
            .working(
                4,
                run -> {
                  running.countDown();
                  wake.await();
                  return new Outcome.Failed("late", false);
                });
    long id = dying.database.tx(tx -> dying.jobs.enqueue(tx, JobsTest.job("{}")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    dying.die();

    ends.await();
    wake.countDown();
    assertThat(ends.attempts).containsExactly(2);
    assertThat(node.outcome(id)).isEqualTo("done");
  }

  @Test
  void aRunIsNotStoppedByABellThatItsRowKnowsNothingOf() throws Exception {
    BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        2,
        run -> {
          begun.add(run.job());
          go.await();
          return new Outcome.Done();
        });
    try (JobsNode other = new JobsNode(access)) {
      long innocent = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
      long guilty = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
      assertThat(begun.poll(JobsTest.WAIT_S, TimeUnit.SECONDS)).isNotNull();
      assertThat(begun.poll(JobsTest.WAIT_S, TimeUnit.SECONDS)).isNotNull();
      other.bell.ring(Canceller.BELL_CANCEL, Long.toString(innocent));
      other.bell.ring(Canceller.BELL_CANCEL, "x");
      other.jobs.cancel(guilty);

      assertThat(node.outcome(guilty)).isEqualTo("cancelled");
      go.countDown();
      assertThat(node.outcome(innocent)).isEqualTo("done");
    }
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
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    long before = node.membership.node();
    node.database.update("DELETE FROM everbrook.node WHERE id = ?", before);

    assertThat(lost.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(again.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(node.outcome(id)).isEqualTo("done");
    assertThat(nodes).hasSize(2).contains(before);
  }

  @Test
  void aCleanStopHandsOverAtOnceAndUsesUpNoAttempt() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    JobsNode leaving =
        new JobsNode(access)
            .working(
                4,
                run -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return new Outcome.Done();
                });
    long id = leaving.database.tx(tx -> leaving.jobs.enqueue(tx, JobsTest.job("{}")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    leaving.close();
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.attempts).containsExactly(1);
    assertThat(node.outcome(id)).isEqualTo("done");
  }

  @Test
  void aJobThatIgnoresThatItIsToStopUsesUpNoAttemptEither() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch unwind = new CountDownLatch(1);
    JobsNode leaving =
        new JobsNode(access)
            .working(
                4,
                run -> {
                  run.onStop(() -> {});
                  running.countDown();
                  unwind.await();
                  return new Outcome.Done();
                });
    long id = leaving.database.tx(tx -> leaving.jobs.enqueue(tx, JobsTest.job("{}")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    leaving.close();
    unwind.countDown();
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.attempts).containsExactly(1);
    assertThat(node.outcome(id)).isEqualTo("done");
  }

  @Test
  void aNodeThatIsGivenGraceLetsItsRunsEndButBeginsNoOther() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    JobSettings settings =
        new JobSettings(
            HistorySettings.DEFAULT,
            Duration.ofSeconds(JobsTest.WAIT_S),
            OpenTelemetry.noop(),
            new SimpleMeterRegistry());
    JobsNode leaving = new JobsNode(access, settings);
    leaving.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK,
        _ -> {
          running.countDown();
          end.await();
          return new Outcome.Done();
        });
    leaving.jobs.work(Map.of("graced", 1));
    NewJob job = NewJob.of("graced", JobsTest.KIND, "{}");
    long first = leaving.database.tx(tx -> leaving.jobs.enqueue(tx, job));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    Thread closing = Thread.ofVirtual().start(leaving::close);
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(it -> it.getName().equals("everbrook-claim-graced"))) {
      Await.rest(); // the other node works nothing
    }
    long second = node.database.tx(tx -> node.jobs.enqueue(tx, job));
    end.countDown();
    closing.join();

    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(
            node.database.list(
                "SELECT run FROM everbrook.job WHERE id = ?", row -> row.getInt(1), second))
        .containsExactly(0);
  }

  @Test
  void jobsGoOnAfterEveryConnectionWasCut() throws Exception {
    int jobs = 300;
    Ends ends = new Ends(jobs);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    for (int i = 0; i < jobs; i++) {
      enqueueUntilTaken(JobsTest.job("{\"n\": " + i + "}"));
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
    node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{\"n\": 1}")));
    node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{\"n\": 2}")));

    ends.await();
    assertThat(ends.payloads).containsExactlyInAnyOrder("{\"n\": 1}", "{\"n\": 2}");
  }

  @Test
  void aClaimWhoseReplyWasLostIsGivenBack() throws Exception {
    long id = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
    // What is left when the connection breaks between the claim's commit and its reply.
    node.database.update(
        "UPDATE everbrook.job SET state = 'running', owner = ?, run = 1, attempt = 1 WHERE id = ?",
        node.membership.node(),
        id);
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.attempts).containsExactly(1);
    assertThat(node.outcome(id)).isEqualTo("done");
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
    node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{\"n\": 0}")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.database.update("DELETE FROM everbrook.node WHERE id = ?", node.membership.node());
    while (runs.get() < 2) {
      Await.rest(); // the same job has come back to this node
    }
    unwind.countDown();
    for (int i = 1; i <= 2; i++) {
      int n = i;
      node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{\"n\": " + n + "}")));
    }
    ends.await();
    node.awaitIdle();
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
}
