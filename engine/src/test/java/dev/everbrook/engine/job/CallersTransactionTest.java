package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.CallersTransaction;
import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an application does with jobs, queues and lanes in a transaction of its own. */
class CallersTransactionTest {

  private static final Duration LATER = Duration.ofHours(1);

  @AutoClose private final JobsNode node = new JobsNode();

  private <T> T in(CallersTransaction kind, boolean commits, Function<Tx, T> action)
      throws SQLException {
    return kind.run(node.pool, commits, action);
  }

  private JobView found(long job) {
    return node.jobs.list().find(job).orElseThrow().job();
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingJobIsCancelledIfTheTransactionCommits(CallersTransaction kind) throws Exception {
    node.working(2, _ -> new Outcome.Done());
    long job = node.jobs.enqueue(JobsTest.job("{}").after(LATER));
    assertThat((Object) in(kind, false, tx -> node.jobs.cancel(tx, job))).isEqualTo(true);
    assertThat(found(job).state()).isEqualTo(JobState.DELAYED);
    assertThat(found(job).cancelled()).isFalse();
    assertThat((Object) in(kind, true, tx -> node.jobs.cancel(tx, job))).isEqualTo(true);
    assertThat(node.outcome(job)).isEqualTo("cancelled");
    assertThat((Object) in(kind, true, tx -> node.jobs.cancel(tx, job))).isEqualTo(false);
  }

  @ParameterizedTest
  @EnumSource
  void aRunningJobIsStoppedAfterTheCommit(CallersTransaction kind) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    node.working(
        2,
        _ -> {
          begun.countDown();
          never.await();
          return new Outcome.Done();
        });
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    begun.await();
    in(kind, false, tx -> node.jobs.cancel(tx, job));
    assertThat(found(job).cancelled()).isFalse();
    in(kind, true, tx -> node.jobs.cancel(tx, job));
    assertThat(node.outcome(job)).isEqualTo("cancelled");
  }

  @ParameterizedTest
  @EnumSource
  void whatOthersHoldBelowTheJobIsCancelledAfterTheCommit(CallersTransaction kind)
      throws Exception {
    List<Long> ids = family();
    try (Connection holder = node.pool.getConnection()) {
      lock(holder, ids.subList(1, 3));
      in(kind, true, tx -> node.jobs.cancel(tx, ids.getFirst()));
      holder.rollback();
    }
    for (long id : ids) {
      assertThat(node.outcome(id)).isEqualTo("cancelled");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatOthersHeldIsCancelledThoughAllAboveItHasEnded(CallersTransaction kind) throws Exception {
    List<Long> ids = family();
    node.jobs.stop(JobControl.QUEUE); // it is busy, say
    try (Connection holder = node.pool.getConnection()) {
      lock(holder, ids.subList(2, 3));
      in(kind, true, tx -> node.jobs.cancel(tx, ids.getFirst()));
      holder.rollback();
    }
    for (long id : ids.subList(0, 2)) {
      assertThat(node.outcome(id)).isEqualTo("cancelled");
    }
    node.jobs.control().retry(ids.getFirst());
    node.jobs.work(Map.of(JobControl.QUEUE, 1));
    assertThat(node.outcome(ids.getLast())).isEqualTo("cancelled");
    assertThat(found(ids.getFirst()).cancelled()).as("it was put back meanwhile").isFalse();
  }

  /** A job that waits for a child, which waits for another; their ids in this order. */
  private List<Long> family() {
    node.working(4, _ -> new Outcome.Done());
    node.jobs.queues().pause("q");
    Child leaf = Child.of(JobsTest.job("\"leaf\""));
    Child middle = new Child(JobsTest.job("\"middle\""), Child.OnFailure.FAIL, List.of(leaf));
    node.database.run(tx -> node.jobs.enqueue(tx, JobsTest.job("{}"), List.of(middle)));
    return node.database.list("SELECT id FROM everbrook.job ORDER BY id", row -> row.getLong(1));
  }

  private static void lock(Connection holder, List<Long> jobs) throws SQLException {
    holder.setAutoCommit(false);
    try (var statement =
        holder.prepareStatement("SELECT FROM everbrook.job WHERE id = ANY (?) FOR UPDATE")) {
      statement.setArray(1, holder.createArrayOf("bigint", jobs.toArray()));
      statement.execute();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFailedJobIsRetriedIfTheTransactionCommits(CallersTransaction kind) throws Exception {
    node.working(
        2, run -> run.number() == 1 ? new Outcome.Failed("not yet", false) : new Outcome.Done());
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat((Object) in(kind, false, tx -> node.jobs.control().retry(tx, job)))
        .isEqualTo(Optional.of(JobState.READY));
    assertThat(found(job).state()).isEqualTo(JobState.FAILED);
    assertThat((Object) in(kind, true, tx -> node.jobs.control().retry(tx, job)))
        .isEqualTo(Optional.of(JobState.READY));
    node.awaitState(job, JobState.DONE);
    assertThat((Object) in(kind, true, tx -> node.jobs.control().retry(tx, job)))
        .isEqualTo(Optional.of(JobState.DONE));
    assertThat((Object) in(kind, true, tx -> node.jobs.control().retry(tx, 4711)))
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @EnumSource
  void aDelayedJobBeginsIfTheTransactionCommits(CallersTransaction kind) throws Exception {
    node.working(2, _ -> new Outcome.Done());
    long job = node.jobs.enqueue(JobsTest.job("{}").after(LATER));
    in(kind, false, tx -> node.jobs.control().runNow(tx, job));
    assertThat(found(job).state()).isEqualTo(JobState.DELAYED);
    assertThat((Object) in(kind, true, tx -> node.jobs.control().runNow(tx, job)))
        .isEqualTo(Optional.of(JobState.READY));
    assertThat(node.outcome(job)).isEqualTo("done");
  }

  @ParameterizedTest
  @EnumSource
  void manyJobsAreCancelledOrRetriedIfTheTransactionCommits(CallersTransaction kind)
      throws Exception {
    node.working(2, _ -> new Outcome.Failed("no", false));
    node.jobs.queues().pause("q");
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    long undone = in(kind, false, tx -> node.jobs.control().drain(tx, "q"));
    assertThat(node.jobs.list().find(undone)).isEmpty();
    in(kind, true, tx -> node.jobs.control().drain(tx, "q"));
    assertThat(node.outcome(job)).isEqualTo("cancelled");

    JobFilter cancelled = JobFilter.ALL.queue("q").state(JobState.CANCELLED);
    in(kind, true, tx -> node.jobs.control().redrive(tx, cancelled));
    node.awaitState(job, JobState.READY);
  }

  @ParameterizedTest
  @EnumSource
  void aQueueIsPausedLimitedAndResumedIfTheTransactionCommits(CallersTransaction kind)
      throws Exception {
    node.working(2, _ -> new Outcome.Done());
    long before = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(before)).isEqualTo("done");
    Queues queues = node.jobs.queues();
    QueueLimits limits = QueueLimits.NONE.atOnce(1);
    for (boolean commits : new boolean[] {false, true}) {
      in(kind, commits, tx -> run(() -> queues.pause(tx, "q")));
      in(kind, commits, tx -> run(() -> queues.limit(tx, "q", limits)));
      assertThat(queues.find("q").orElseThrow().paused()).isEqualTo(commits);
      assertThat(queues.find("q").orElseThrow().limits().equals(limits)).isEqualTo(commits);
    }
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    in(kind, false, tx -> run(() -> queues.resume(tx, "q")));
    assertThat(found(job).state()).isEqualTo(JobState.READY);
    in(kind, true, tx -> run(() -> queues.resume(tx, "q")));
    assertThat(node.outcome(job)).isEqualTo("done");
  }

  @ParameterizedTest
  @EnumSource
  void aLaneIsLimitedClosedAndOpenedIfTheTransactionCommits(CallersTransaction kind)
      throws Exception {
    node.working(2, _ -> new Outcome.Done());
    Lanes lanes = node.jobs.lanes();
    LaneLimits one = LaneLimits.NONE.atOnce(1);
    for (boolean commits : new boolean[] {false, true}) {
      in(kind, commits, tx -> run(() -> lanes.limit(tx, "q", "a", one)));
      in(kind, commits, tx -> run(() -> lanes.close(tx, "q", "a", LATER, "for now")));
      assertThat(lane().filter(LaneView::own).isPresent()).isEqualTo(commits);
    }
    assertThat(lane().orElseThrow().closedUntil().orElseThrow()).isAfter(Instant.now());
    long job = node.jobs.enqueue(JobsTest.job("{}").lane("a"));
    in(kind, false, tx -> run(() -> lanes.open(tx, "q", "a")));
    assertThat(found(job).state()).isEqualTo(JobState.READY);
    in(kind, true, tx -> run(() -> lanes.open(tx, "q", "a")));
    assertThat(node.outcome(job)).isEqualTo("done");
    in(kind, true, tx -> run(() -> lanes.unlimit(tx, "q", "a")));
    assertThat(lane().filter(LaneView::own)).isEmpty();
  }

  private Optional<LaneView> lane() {
    return node.jobs.lanes().list("q", "", 10).lanes().stream()
        .filter(it -> it.name().equals("a"))
        .findFirst();
  }

  private static boolean run(Runnable action) {
    action.run();
    return true;
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionThatHoldsAQueueHoldsUpNoOther(CallersTransaction kind) throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(12);
    node.working(
        12,
        run -> {
          if (run.number() > 1) {
            return new Outcome.Done();
          }
          running.countDown();
          held.await();
          return new Outcome.Limited(Duration.ofMillis(1), "429");
        });
    node.jobs.handle("other", JobsTest.QUICK, _ -> new Outcome.Done());
    node.jobs.work(Map.of("o", 1));
    List<Long> limited =
        node.database.tx(
            tx -> node.jobs.enqueueAll(tx, Collections.nCopies(12, JobsTest.job("1"))));
    running.await();
    NewJob other = NewJob.of("o", "other", "{}");
    CompletableFuture<JobEnd> end =
        in(
            kind,
            true,
            tx -> {
              node.jobs.queues().pause(tx, "q");
              held.countDown();
              CompletableFuture<JobEnd> ended =
                  CompletableFuture.supplyAsync(() -> ofOthers(other), Thread.ofVirtual()::start);
              ended.join(); // while the row is held
              return ended;
            });
    assertThat(end.join().how()).isEqualTo(Ended.DONE);
    node.jobs.queues().resume("q");
    for (long job : limited) {
      assertThat(node.outcome(job)).isEqualTo("done");
    }
  }

  private JobEnd ofOthers(NewJob job) {
    try {
      return node.jobs.awaitEnd(node.jobs.enqueue(job), Duration.ofSeconds(8));
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void lanesMayBeChangedInAnyOrderWhileJobsAreClaimed(CallersTransaction kind) throws Exception {
    node.working(4, _ -> new Outcome.Done());
    Lanes lanes = node.jobs.lanes();
    lanes.limit("q", "b", LaneLimits.NONE.atOnce(4));
    AtomicBoolean enough = new AtomicBoolean();
    Thread busy =
        Thread.ofVirtual()
            .start(() -> {
              while (!enough.get()) {
                node.outcome(node.jobs.enqueue(JobsTest.job("{}").lane("b")));
              }
            });
    for (int i = 0; i < 50; i++) {
      in(
          kind,
          true,
          tx ->
              run(() -> {
                lanes.unlimit(tx, "q", "b");
                lanes.open(tx, "q", "b");
                lanes.limit(tx, "q", "c", LaneLimits.NONE.atOnce(1));
                lanes.limit(tx, "q", "b", LaneLimits.NONE.atOnce(4));
              }));
    }
    enough.set(true);
    busy.join();
  }
}
