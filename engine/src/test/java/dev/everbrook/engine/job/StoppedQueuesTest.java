package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node stops to work a queue, and begins again, while others go on. */
class StoppedQueuesTest {

  private static final String IN_ORDER = "AND (priority, id) > (?, ?)";
  private static final String IS_RUNNING =
      "SELECT state = 'running' FROM everbrook.job WHERE id = ?";
  private static final String OF_Q = " :q";

  private final Access access = TestNode.newDatabase();
  private final Wire wire = new Wire();
  private final HaltedWorld world = new HaltedWorld();
  private final Gate gate = new Gate();
  private final JobsNode node =
      new JobsNode(access, JobSettings.of(new SimpleMeterRegistry()), wire, world);

  @AfterEach
  void stop() {
    world.goOn();
    gate.open();
    node.close();
  }

  @Test
  void aStoppedQueueIsClaimedNoMoreAndItsRunsEnd() {
    node.working(2, gate);
    List<Long> jobs = enqueue(5);
    gate.awaitRunning(2);
    node.jobs.stop("q");
    node.jobs.stop("q"); // does nothing
    gate.open();
    assertThat(node.outcome(jobs.get(0))).isEqualTo("done");
    assertThat(node.outcome(jobs.get(1))).isEqualTo("done");
    long single = node.jobs.enqueue(JobsTest.job("{}"));
    long within = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
    awaitMarker();

    List.of(jobs.get(2), jobs.get(3), jobs.get(4), single, within).forEach(this::assertUnclaimed);
    node.jobs.work(Map.of("q", 2));
    assertThat(node.outcome(within)).isEqualTo("done");
    assertThat(gate.attempts()).containsOnly(1);
  }

  @Test
  void aQueueThatBeginsAgainCountsTheRunsThatWereThereBefore() {
    node.working(2, gate);
    List<Long> jobs = enqueue(4);
    gate.awaitRunning(2);
    node.jobs.stop("q");
    node.jobs.work(Map.of("q", 1));
    gate.pass(1);
    gate.awaitRunning(1);
    awaitMarker();
    assertThat(gate.begun()).as("one slot, which an old run has").isEqualTo(2);
    gate.peak();
    gate.open();

    assertAllDoneInOneAttempt(jobs);
    assertThat(gate.peak()).isEqualTo(1);
  }

  /** With a clock that stands still nothing has waited too long: it goes back by the stop. */
  @Test
  void jobsThatWereClaimedAheadGoBackAtOnceAndUseUpNoAttempt() {
    world.halt();
    node.jobs.handle("slow", JobsTest.QUICK, gate);
    List<Long> slow = Ahead.work(node, 1);
    gate.awaitRunning(1);
    assertThat(Ahead.held(node)).as("some are claimed ahead").isGreaterThan(1);
    node.jobs.stop("q");
    Await.until("one claimed job", () -> Ahead.held(node) == 1);
    world.goOn();
    gate.open();
    node.awaitIdle();
    assertThat(gate.begun()).isEqualTo(1);
    node.jobs.work(Map.of("q", 4));

    assertAllDoneInOneAttempt(slow);
  }

  @Test
  void whatAnOpenTransactionHasClaimedGoesBackWhenItCommits() {
    node.working(1, gate);
    gate.open();
    long job =
        claimedByItsEnqueue(() -> {
          world.halt(); // so that nothing goes back for having waited too long
          node.jobs.stop("q");
        });
    node.awaitState(job, JobState.READY);
    node.awaitIdle();
    int begun = gate.begun();
    assertThat(attempt(job)).isZero();
    node.jobs.work(Map.of("q", 1));

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(gate.begun()).isEqualTo(begun + 1);
    assertThat(gate.attempts()).containsOnly(1);
  }

  @Test
  void whatAnOpenTransactionHasClaimedRunsIfTheQueueHasBegunAgainByItsCommit() {
    node.working(1, gate);
    gate.open();
    long job =
        claimedByItsEnqueue(() -> {
          node.jobs.stop("q");
          node.jobs.work(Map.of("q", 1));
        });

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(run(job)).isOne();
  }

  /** Enqueues until one is claimed by its own transaction; then does this before that commits. */
  private long claimedByItsEnqueue(Runnable meanwhile) {
    boolean claimed = false;
    long job = 0;
    while (!claimed) {
      AtomicBoolean running = new AtomicBoolean();
      job =
          node.database.tx(tx -> {
            long id = node.jobs.enqueue(tx, JobsTest.job("{}"));
            running.set(tx.only(IS_RUNNING, row -> row.getBoolean(1), id));
            if (running.get()) {
              meanwhile.run();
            }
            return id;
          });
      claimed = running.get();
      if (!claimed) {
        assertThat(node.outcome(job)).isEqualTo("done");
      }
    }
    return job;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClaimThatIsUnderWayGoesBackOrRunsIfTheQueueHasBegunAgain(boolean again) throws Exception {
    Wire.Held late = wire.holdReply(IN_ORDER, OF_Q);
    long job = enqueue(1).getFirst();
    node.working(1, gate);
    late.await();
    CompletableFuture<Void> stopping =
        CompletableFuture.runAsync(() -> node.jobs.stop("q"), Thread.ofVirtual()::start);
    if (again) {
      stopping.get(JobsTest.WAIT_S, TimeUnit.SECONDS); // waits 5 s for the claim, and no longer
      node.jobs.work(Map.of("q", 1));
    } else {
      Await.until("a stopped queue", () -> isRefused(() -> node.jobs.resize("q", 1)));
      world.halt(); // so that it does not go back for having waited too long
    }
    late.release();
    stopping.get(JobsTest.WAIT_S, TimeUnit.SECONDS);
    if (!again) {
      node.awaitState(job, JobState.READY);
      assertThat(attempt(job)).isZero();
      assertThat(gate.begun()).isZero();
      node.jobs.work(Map.of("q", 1));
    }
    gate.open();

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(run(job)).isEqualTo(again ? 1 : 2);
    assertThat(gate.attempts()).containsExactly(1);
  }

  private static boolean isRefused(Runnable action) {
    try {
      action.run();
      return false;
    } catch (IllegalStateException _) {
      return true;
    }
  }

  @Test
  void aCancelledJobOfAStoppedQueueEnds() {
    node.working(1, gate);
    List<Long> jobs = enqueue(2);
    gate.awaitRunning(1);
    node.jobs.stop("q");
    assertThat(node.jobs.cancel(jobs.get(1))).isTrue();

    assertThat(node.outcome(jobs.get(1))).isEqualTo("cancelled");
    assertThat(node.jobs.cancel(jobs.get(0))).isTrue();
    assertThat(node.outcome(jobs.get(0))).isEqualTo("cancelled");
    assertThat(gate.begun()).isEqualTo(1);
  }

  @Test
  void aQueueThatIsPausedMeanwhileIsWorkedWhenItBeginsAndIsResumed() {
    node.working(1, gate);
    gate.open();
    node.jobs.queues().pause("q");
    List<Long> jobs = enqueue(3);
    node.jobs.stop("q");
    node.jobs.queues().resume("q");
    awaitMarker();
    jobs.forEach(this::assertUnclaimed);
    node.jobs.work(Map.of("q", 1));

    assertAllDoneInOneAttempt(jobs);
  }

  @Test
  void otherNodesGoOn() {
    node.working(1, gate);
    try (JobsNode other = new JobsNode(access).working(1, gate)) {
      List<Long> jobs = enqueue(4);
      gate.awaitRunning(2);
      node.jobs.stop("q");
      gate.open();
      jobs.forEach(job -> assertThat(other.outcome(job)).isEqualTo("done"));
      assertThat(gate.attempts()).containsOnly(1);
    }
  }

  @Test
  void aHandlerMayStopItsOwnQueue() {
    node.working(
        1,
        run -> {
          node.jobs.stop("q");
          return new Outcome.Done();
        });
    List<Long> jobs = enqueue(2);

    assertThat(node.outcome(jobs.get(0))).isEqualTo("done");
    node.awaitIdle();
    assertUnclaimed(jobs.get(1));
  }

  @Test
  void aQueueThatIsNotWorkedIsStoppedAlready() {
    node.jobs.stop("q");
    node.jobs.stop(JobControl.QUEUE);
    node.working(1, gate);
    node.jobs.stop("other");
    gate.open();

    assertThat(node.outcome(enqueue(1).getFirst())).isEqualTo("done");
    Await.until("the engine's own queue, too", this::operates);
  }

  @Test
  void theQueueOfOperationsStaysStoppedUntilItIsNamed() {
    node.working(1, gate);
    node.jobs.stop(JobControl.QUEUE);
    node.jobs.work(Map.of("other", 1));
    long drain = node.jobs.control().drain("none");
    awaitMarker();
    assertUnclaimed(drain);
    node.jobs.work(Map.of(JobControl.QUEUE, 1));

    assertThat(node.outcome(drain)).isEqualTo("done");
  }

  @Test
  void aNodeThatIsClosedBeginsNothing() {
    node.working(1, gate);
    node.jobs.stop("q");
    node.jobs.close();
    node.jobs.stop("q");
    node.jobs.stop(JobControl.QUEUE);
    for (String queue : List.of("q", "other")) {
      assertThatThrownBy(() -> node.jobs.work(Map.of(queue, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    assertUnclaimed(job);
  }

  /** Until a job of another queue has been claimed here by a look, and so would others have. */
  private void awaitMarker() {
    if (isRefused(() -> node.jobs.resize("marker", 1))) {
      node.jobs.handle("marker", JobsTest.QUICK, _ -> new Outcome.Done());
      node.jobs.work(Map.of("marker", 1));
    }
    for (int i = 0; i < 2; i++) {
      assertThat(node.outcome(node.jobs.enqueue(NewJob.of("marker", "marker", "{}"))))
          .isEqualTo("done");
    }
  }

  private boolean operates() {
    return isRefused(() -> node.jobs.work(Map.of(JobControl.QUEUE, 1)));
  }

  private List<Long> enqueue(int jobs) {
    return node.database.tx(
        tx -> node.jobs.enqueueAll(tx, Collections.nCopies(jobs, JobsTest.job("{}"))));
  }

  private void assertUnclaimed(long job) {
    assertThat(state(job)).isEqualTo(JobState.READY);
    assertThat(run(job)).isZero();
  }

  private void assertAllDoneInOneAttempt(List<Long> jobs) {
    jobs.forEach(job -> assertThat(node.outcome(job)).isEqualTo("done"));
    assertThat(gate.attempts()).containsOnly(1);
  }

  private JobState state(long job) {
    return node.jobs.list().find(job).orElseThrow().job().state();
  }

  private int run(long job) {
    return node.jobs.list().find(job).orElseThrow().job().run();
  }

  private int attempt(long job) {
    return node.database.only(
        "SELECT attempt FROM everbrook.job WHERE id = ?", row -> row.getInt(1), job);
  }
}
