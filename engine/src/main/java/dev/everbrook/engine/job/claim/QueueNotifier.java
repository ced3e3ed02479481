package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.text.Names;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Announces that a queue may have something to claim: to this node's claimer, to the workers that
 * wait on this node, and through the bell to the other nodes. A hint may be lost, since all of them
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
    bell.on(BELL_READY, this::wake);
    bell.onGap(() -> {
      claiming.values().forEach(Loop::wake);
      waiting.wakeAll();
    });
  }

  /**
   * Refuses what {@link #begin} cannot be told of; see {@link dev.everbrook.engine.job.Jobs#work}.
   */
  public void checkBegin(String queue, int places) {
    Names.check("a job's queue", queue);
    if (places < 1) {
      throw new IllegalArgumentException(
          "queue '" + queue + "' needs 1 place at least, had " + places + "; leave it out instead");
    }
    if (claimers.containsKey(queue)) {
      throw new IllegalStateException(
          "this node works queue '"
              + queue
              + "' already: name it in one call, with all its places");
    }
  }

  /** Begins to claim a queue that has no claimer yet. */
  public void begin(String queue, LocalClaimer claimer, World world) {
    claimers.put(queue, claimer);
    claiming.put(queue, world.loop("claim-" + queue, claimer::step));
  }

  /** Claims no more, nor does an enqueue. */
  public void end() {
    claimers.clear();
    Loop.closeAll(claiming.values());
  }

  public Optional<LocalClaimer> claimer(String queue) {
    return Optional.ofNullable(claimers.get(queue));
  }

  /** Who is told of jobs that become ready later. */
  public void promoter(Loop loop) {
    promoting = loop;
  }

  /** Something will be ready at a time that may be earlier than the promoter planned to look. */
  public void later() {
    Loop promoter = promoting;
    if (promoter != null) {
      promoter.wake();
    }
  }

  /** Something is ready: this node is told, and the others if there is no room here. */
  public void nudge(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    wake(queue);
    if (claimer == null || claimer.isFull()) {
      bell.ring(BELL_READY, queue);
    }
  }

  /** These have been enqueued. */
  public void enqueued(List<NewJob> jobs) {
    jobs.stream()
        .filter(it -> it.delay().isZero())
        .map(NewJob::queue)
        .distinct()
        .forEach(this::nudge);
    if (jobs.stream().anyMatch(it -> !it.delay().isZero())) {
      later();
    }
  }

  /** The queue may be claimed in another way now. */
  public void nudgeAll(String queue) {
    wake(queue);
    bell.ring(BELL_READY, queue);
  }

  /** Something will be ready when a transaction of the application commits. */
  public void expect(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    if (claimer == null) {
      bell.ring(BELL_READY, queue);
    } else {
      claimer.expect();
    }
    wake(queue);
  }

  /** A job has left, and with it what it took of its queue's places and limits. */
  public void freed(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    Loop loop = claiming.get(queue);
    if (claimer != null && loop != null && !claimer.isCaughtUp()) {
      loop.wake(); // a job may wait for the place
    }
    waiting.freed(queue);
  }

  private void wake(String queue) {
    LocalClaimer claimer = claimers.get(queue);
    Loop loop = claiming.get(queue);
    if (claimer != null && loop != null) {
      claimer.behind();
      loop.wake();
    }
    waiting.wake(queue);
  }
}
