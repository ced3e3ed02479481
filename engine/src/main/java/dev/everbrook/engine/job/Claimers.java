package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.world.Loop;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The claimers of this node, and whom to tell that something is ready: they, or the other nodes.
 * Safe for use by many threads.
 */
final class Claimers implements AutoCloseable {

  private static final String BELL_READY = "job-ready";

  private record Working(Claimer claimer, Loop loop) {}

  private final Bell bell;
  private final Map<String, Working> all = new ConcurrentHashMap<>();

  Claimers(Bell bell) {
    this.bell = bell;
    bell.on(BELL_READY, this::wake);
    bell.onGap(() -> all.values().forEach(it -> it.loop().wake()));
  }

  /** Begins to claim a queue. */
  void start(String queue, Claimer claimer) {
    if (all.containsKey(queue)) {
      throw new IllegalStateException("this node works queue " + queue + " already");
    }
    all.put(queue, new Working(claimer, Loop.start("claim-" + queue, claimer::step)));
  }

  /** Who claims the queue on this node, if anyone does. */
  Optional<Claimer> of(String queue) {
    return Optional.ofNullable(all.get(queue)).map(Working::claimer);
  }

  /**
   * Tells whoever claims this queue that something is ready: here if there is room, else others.
   */
  void nudge(String queue) {
    wake(queue);
    if (of(queue).map(Claimer::isFull).orElse(true)) {
      bell.ring(BELL_READY, queue);
    }
  }

  /** Tells everyone who claims this queue that it may be claimed in another way now. */
  void nudgeAll(String queue) {
    wake(queue);
    bell.ring(BELL_READY, queue);
  }

  /** Something will be ready soon, when a transaction of somebody else's commits. */
  void expect(String queue) {
    Optional<Claimer> here = of(queue);
    if (here.isEmpty()) {
      bell.ring(BELL_READY, queue);
    } else {
      here.get().expect();
      wake(queue);
    }
  }

  /** Places have become free: somebody may wait for them. */
  void hungry(String queue) {
    Working here = all.get(queue);
    if (here != null && !here.claimer().isCaughtUp()) {
      here.loop().wake();
    }
  }

  private void wake(String queue) {
    Working here = all.get(queue);
    if (here != null) {
      here.claimer().behind();
      here.loop().wake();
    }
  }

  /** Claims no more. */
  @Override
  public void close() {
    all.values().forEach(it -> it.loop().close());
  }
}
