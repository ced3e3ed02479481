package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.text.Names;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Announces that a queue may have a job to claim: to this node's claimer, to the workers that wait
 * on this node, and through the bell to the other nodes. A hint may be lost, since all of these
 * also look by themselves. Safe for use by many threads.
 */
public final class QueueNotifier {

  private static final String BELL_READY = "job-ready";

  private final Bell bell;
  private final WaitingWorkers waiting;
  private final Map<String, LocalClaimer> claimers = new ConcurrentHashMap<>();
  private final Map<String, Loop> claiming = new ConcurrentHashMap<>();
  private volatile @Nullable Loop promoting;

  public QueueNotifier(Bell bell, WaitingWorkers waiting) {
    this.bell = bell;
    this.waiting = waiting;
    bell.on(BELL_READY, this::wakeHere);
    bell.onGap(() -> {
      claiming.values().forEach(Loop::wake);
      waiting.wakeAll();
    });
  }

  /**
   * Refuses the arguments that {@link dev.everbrook.engine.job.Jobs#work} refuses; call it before
   * {@link #begin}.
   */
  public void checkBegin(String queue, int slots) {
    Names.check("a job's queue", queue);
    if (slots < 1) {
      throw new IllegalArgumentException(
          "queue '" + queue + "' needs 1 slot at least, had " + slots + "; leave it out instead");
    }
    if (claimers.containsKey(queue)) {
      throw new IllegalStateException(
          "this node works queue '" + queue + "' already: name it in one call, with all its slots");
    }
  }

  /** Begins to claim jobs of a queue without a claimer. */
  public void begin(String queue, LocalClaimer claimer, World world) {
    claimers.put(queue, claimer);
    claiming.put(queue, world.loop("claim-" + queue, claimer::step));
  }

  /**
   * Stops claiming jobs of the queue, also at their enqueueing.
   *
   * @return an action that waits for an open claim, at most 5 s
   */
  public Runnable stop(String queue) {
    claimers.remove(queue);
    Loop loop = claiming.get(queue); // stays until it has ended, so that end() finds it
    return () -> {
      if (loop != null && loop.finish()) {
        claiming.remove(queue, loop);
      }
    };
  }

  /** Stops claiming jobs of all queues, also at their enqueueing. */
  public void end() {
    claimers.clear();
    Loop.closeAll(claiming.values());
  }

  public Optional<LocalClaimer> claimer(String queue) {
    return Optional.ofNullable(claimers.get(queue));
  }

  /** Sets the loop that makes delayed jobs ready. */
  public void promoter(Loop loop) {
    promoting = loop;
  }

  /** A delayed job was added, perhaps due before the next look of the promoter: wakes that. */
  public void later() {
    Loop promoter = promoting;
    if (promoter != null) {
      promoter.wake();
    }
  }

  /** A job is ready: wakes this node's claimer, and other nodes if this one has no free slot. */
  public void wake(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    wakeHere(queue);
    if (claimer == null || claimer.isFull()) {
      bell.ring(BELL_READY, queue);
    }
  }

  /** These jobs have been enqueued: wakes the claimers of their queues. */
  public void enqueued(List<NewJob> jobs) {
    jobs.stream()
        .filter(it -> it.delay().isZero())
        .map(NewJob::queue)
        .distinct()
        .forEach(this::wake);
    if (jobs.stream().anyMatch(it -> !it.delay().isZero())) {
      later();
    }
  }

  /**
   * As {@link #wake(String)}, once the transaction has committed. If its end is not announced,
   * claimers look more often for a while.
   */
  public void wake(Tx tx, String queue) {
    if (tx.tellsItsEnd()) {
      tx.afterCommit(() -> wake(queue));
    } else {
      expect(queue);
    }
  }

  /** As {@link #wakeAll(String)}, once the transaction has committed. */
  public void wakeAll(Tx tx, String queue) {
    if (tx.tellsItsEnd()) {
      tx.afterCommit(() -> wakeAll(queue));
    } else {
      expect(queue);
    }
  }

  /** The limits or the lanes of the queue have changed: wakes the claimers of all nodes. */
  public void wakeAll(String queue) {
    wakeHere(queue);
    bell.ring(BELL_READY, queue);
  }

  /** A job will be ready when a transaction of the application commits. */
  public void expect(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    if (claimer == null) {
      bell.ring(BELL_READY, queue);
    } else {
      claimer.expect();
    }
    wakeHere(queue);
  }

  /** A job has left the node: its slot and its share of the limits are free. */
  public void freed(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    Loop loop = claiming.get(queue);
    if (claimer != null && loop != null && !claimer.isCaughtUp()) {
      loop.wake(); // another job may wait for the slot
    }
    waiting.freed(queue);
  }

  private void wakeHere(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    Loop loop = claiming.get(queue);
    if (claimer != null && loop != null) {
      claimer.behind();
      loop.wake();
    }
    waiting.wake(queue);
  }
}
