package dev.everbrook.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a job and the last entry of its journal are there together, or are tried again. */
class JournalEndsTest {

  private static final int WAIT_S = 20;
  private static final Principal ADA = new Principal("ada");
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private Access access;
  private TestNode node;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    node = TestNode.start(access, new FakeModel(), TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"done", "failed", "completed"})
  void anEndIsCarriedThoughTheJobsRowIsLockedForLongAndThenEveryConnectionIsCut(String how)
      throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    long job =
        work((run, journal) -> {
          runs.incrementAndGet();
          journal.progress(0.5, "");
          told.countDown();
          go.await();
          if (how.equals("completed")) {
            engine()
                .database()
                .tx(tx -> {
                  run.complete(tx, "7");
                  return true;
                });
          }
          return how.equals("failed")
              ? new Outcome.Failed("for good", false)
              : new Outcome.Done("7");
        });
    assertThat(told.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    try (Connection application =
        DriverManager.getConnection(access.url(), access.user(), access.password())) {
      application.setAutoCommit(false);
      try (var statement = application.createStatement()) {
        statement.execute("SELECT FROM everbrook.job WHERE id = " + job + " FOR UPDATE");
        go.countDown();
        statement.execute("SELECT pg_sleep(2.5)"); // longer than an append waits for its channel
        if (!how.equals("completed")) { // else that is the handler's own
          statement.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
      }
      application.rollback();
    }
    boolean failed = how.equals("failed");
    JobView.Detail ended = awaitState(job, failed ? JobState.FAILED : JobState.DONE);

    assertThat(ended.job().attempt()).isOne();
    assertThat(runs).hasValue(1);
    assertThat(failed ? ended.job().error() : ended.result()).isEqualTo(failed ? "for good" : "7");
    awaitLast(job, "\"outcome\":\"" + (failed ? "failed" : "done") + "\"");
  }

  @Test
  void whatIsWrittenBesideAnAppendWaitsForLocksAsItsTransactionDoes() throws Exception {
    long job =
        work((_, journal) -> {
          journal.progress(0.5, "");
          return new Outcome.Done();
        });
    awaitState(job, JobState.DONE);
    List<String> settings =
        engine()
            .database()
            .tx(tx -> {
              tx.update("SET LOCAL lock_timeout = '7s'");
              engine().journals().end(tx, jobEnd(job));
              return tx.list("SHOW lock_timeout", row -> row.getString(1));
            });

    assertThat(settings).containsExactly("7s");
  }

  private static EndHook.End jobEnd(long job) {
    return new EndHook.End(new Fence(job, 1, 1), Optional.of(ADA), Ended.DONE, "");
  }

  private Engine engine() {
    return node.engine();
  }

  private long work(JournaledHandler handler) {
    engine().journals().handle(engine().jobs(), "told", QUICK, handler);
    engine().jobs().work(Map.of("told", 4));
    return engine()
        .database()
        .tx(tx -> engine().jobs().enqueue(tx, NewJob.of("told", "told", "{}").owner(ADA)));
  }

  private JobView.Detail awaitState(long job, JobState state) {
    return await(
        () -> engine().jobs().list().find(job).filter(it -> it.job().state() == state),
        "job " + job + " to be " + state);
  }

  private void awaitLast(long job, String wanted) {
    await(() -> last(job).filter(it -> it.contains(wanted)), wanted);
  }

  private Optional<String> last(long job) {
    Optional<Channel> channel = engine().channels().find(Journals.name(job, Optional.of(ADA)));
    return channel
        .map(it -> engine().log().read(it.ref().id(), 0).entries().events().getLast())
        .map(it -> new String(it, StandardCharsets.UTF_8));
  }

  /** Its own connections are cut as well. */
  private static <T> T await(Supplier<Optional<T>> wanted, String what) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      try {
        Optional<T> found = wanted.get();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (StoreFailure e) {
        assertThat(e.worthRetrying()).isTrue();
      }
      Await.rest();
    }
    throw new AssertionError(what + " was waited for in vain");
  }
}
