package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node changes how many jobs of a queue it runs at once, while it runs some. */
class ResizedQueuesTest {

  private final Access access = TestNode.newDatabase();
  private final HaltedWorld world = new HaltedWorld();
  private final Gate gate = new Gate();
  private final JobsNode node =
      new JobsNode(access, JobSettings.of(new SimpleMeterRegistry()), new Wire(), world);

  @AfterEach
  void stop() {
    world.goOn();
    gate.open();
    node.close();
  }

  @Test
  void newSlotsAreFilledAtOnce() {
    node.working(1, gate);
    List<Long> jobs = enqueue(5);
    gate.awaitRunning(1);
    node.jobs.resize("q", 3);
    gate.awaitRunning(3);
    assertThat(gate.begun()).isEqualTo(3);
    node.jobs.resize("q", 5);
    gate.awaitRunning(5);
    gate.open();

    assertAllDoneInOneAttempt(jobs);
  }

  @Test
  void withFewerSlotsNoRunIsInterruptedAndNoneBeginsUntilFewerRun() {
    node.working(3, gate);
    List<Long> jobs = enqueue(7);
    gate.awaitRunning(3);
    node.jobs.resize("q", 1);
    gate.pass(1);
    gate.awaitRunning(2);
    gate.pass(1);
    gate.awaitRunning(1);
    assertThat(gate.begun()).isEqualTo(3);
    gate.peak();
    gate.pass(1);
    gate.awaitBegun(4);
    gate.open();

    assertAllDoneInOneAttempt(jobs);
    assertThat(gate.peak()).isEqualTo(1);
  }

  @Test
  void theSameNumberThousandsAndOneAgainAreAllAllowed() {
    node.working(1, gate);
    node.jobs.resize("q", 1);
    node.jobs.resize("q", 5_000);
    node.jobs.resize("q", 5_000);
    List<Long> jobs = enqueue(300);
    gate.awaitRunning(300);
    node.jobs.resize("q", 1);
    gate.open();

    assertAllDoneInOneAttempt(jobs);
  }

  @Test
  void aPausedQueueStaysPausedAndHasItsNewSlotsAfterwards() {
    node.jobs.queues().pause("q");
    node.working(1, gate);
    List<Long> jobs = enqueue(4);
    node.jobs.resize("q", 4);
    NewJob marker = NewJob.of("other", JobsTest.KIND, "{}");
    node.jobs.work(Map.of("other", 1));
    long other = node.jobs.enqueue(marker);
    gate.awaitRunning(1);
    node.awaitState(other, JobState.RUNNING);
    node.jobs.queues().resume("q");
    gate.awaitRunning(5);
    gate.open();

    assertAllDoneInOneAttempt(jobs);
  }

  /** With a clock that stands still nothing has waited too long: so it does not go back first. */
  @Test
  void jobsThatWereClaimedAheadBeginInTheNewSlots() {
    world.halt();
    node.jobs.handle("slow", JobsTest.QUICK, gate);
    Ahead.work(node, 1);
    gate.awaitRunning(1);
    int held = Ahead.held(node);
    assertThat(held).as("some are claimed ahead").isGreaterThan(1);
    node.jobs.resize("q", held);
    gate.awaitRunning(held);

    assertThat(Ahead.runs(node)).as("none was claimed twice").isEqualTo(held);
    node.jobs.resize("q", 1);
    gate.open();
    node.awaitIdle();
  }

  @Test
  void aQueueThatIsNotWorkedHasNoSlotsToChange() {
    node.working(1, gate);

    assertNotWorked("other");
    assertThatThrownBy(() -> node.jobs.resize("q", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("queue 'q' needs 1 slot at least, had 0");
    node.jobs.stop("q");
    assertNotWorked("q");
    node.jobs.close();
    assertThatThrownBy(() -> node.jobs.resize("q", 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private void assertNotWorked(String queue) {
    assertThatThrownBy(() -> node.jobs.resize(queue, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not work queue '" + queue + "'");
  }

  private List<Long> enqueue(int jobs) {
    return node.database.tx(
        tx -> node.jobs.enqueueAll(tx, Collections.nCopies(jobs, JobsTest.job("{}"))));
  }

  private void assertAllDoneInOneAttempt(List<Long> jobs) {
    jobs.forEach(job -> assertThat(node.outcome(job)).isEqualTo("done"));
    assertThat(gate.attempts()).containsOnly(1);
  }
}
