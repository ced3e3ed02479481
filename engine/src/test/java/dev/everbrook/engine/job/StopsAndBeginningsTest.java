package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import java.util.Collections;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Two threads stop, begin and resize a queue, while two others enqueue. */
class StopsAndBeginningsTest {

  private static final int ROUNDS = 3;
  private static final int CHANGES = 40;
  private static final int SLOTS_MAX = 8;

  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode node = new JobsNode(access);
  private final Gate gate = new Gate();

  @Test
  void whateverIsStoppedAndBegunEveryJobRunsOnceAndNoSlotIsLost() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    gate.open();
    node.working(SLOTS_MAX, gate);
    Queue<Long> jobs = new ConcurrentLinkedQueue<>();
    for (int round = 0; round < ROUNDS; round++) {
      CompletableFuture<Void> one = changing(new Random(random.nextLong()));
      CompletableFuture<Void> two = changing(new Random(random.nextLong()));
      CompletableFuture<Void> enqueuing = enqueuing(jobs, () -> !one.isDone());
      CompletableFuture<Void> enqueuingToo = enqueuing(jobs, () -> !two.isDone());
      CompletableFuture.allOf(one, two, enqueuing, enqueuingToo)
          .get(3L * JobsTest.WAIT_S, TimeUnit.SECONDS);
      node.jobs.stop("q");
      node.awaitIdle();
      node.jobs.work(Map.of("q", SLOTS_MAX));
      jobs.forEach(job -> assertThat(node.outcome(job)).as("seed %s", seed).isEqualTo("done"));
    }
    assertThat(gate.attempts()).as("seed %s", seed).hasSize(jobs.size()).containsOnly(1);
    assertThat(gate.peak()).as("seed %s", seed).isLessThanOrEqualTo(SLOTS_MAX);
    assertAllSlotsAreFree(seed);
  }

  private void assertAllSlotsAreFree(long seed) {
    node.jobs.stop("q");
    node.jobs.handle("held", JobsTest.QUICK, new Gate());
    node.jobs.work(Map.of("q", SLOTS_MAX));
    NewJob held = NewJob.of("q", "held", "{}");
    node.database.tx(tx -> node.jobs.enqueueAll(tx, Collections.nCopies(SLOTS_MAX, held)));
    Await.until("all slots taken, seed " + seed, () -> node.jobs.running() == SLOTS_MAX);
  }

  private CompletableFuture<Void> changing(Random random) {
    return CompletableFuture.runAsync(
        () -> {
          for (int i = 0; i < CHANGES; i++) {
            change(random.nextInt(3), 1 + random.nextInt(SLOTS_MAX));
            Await.rest();
          }
        },
        Thread.ofVirtual()::start);
  }

  /** Refused where the other thread has just stopped or begun the queue. */
  private void change(int what, int slots) {
    try {
      switch (what) {
        case 0 -> node.jobs.stop("q");
        case 1 -> node.jobs.work(Map.of("q", slots));
        default -> node.jobs.resize("q", slots);
      }
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("queue 'q'");
    }
  }

  private CompletableFuture<Void> enqueuing(Queue<Long> jobs, BooleanSupplier goesOn) {
    return CompletableFuture.runAsync(
        () -> {
          while (goesOn.getAsBoolean()) {
            jobs.add(node.jobs.enqueue(JobsTest.job("{}")));
            jobs.add(node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}"))));
          }
        },
        Thread.ofVirtual()::start);
  }
}
