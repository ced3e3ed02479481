package dev.everbrook.engine.job;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Ends jobs that were cancelled while they waited. Their queues do so too, in their turn; but a
 * queue that is paused or at its limits has none, and to end a job is no work to speak of. One
 * bounded batch a step; any node that knows their kinds may run it.
 */
final class Burier {

  private static final int BATCH_MAX = 200;
  private static final int UNDER_WAY_MAX = 1_000;
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration BUSY_REST = Duration.ofMillis(20);

  private final Claims claims;
  private final Supplier<Long> node;
  private final Supplier<Set<String>> kinds;
  private final Runner runner;
  private final Finisher finisher;

  /**
   * @param kinds those that have a handler here
   */
  Burier(
      Claims claims,
      Supplier<Long> node,
      Supplier<Set<String>> kinds,
      Runner runner,
      Finisher finisher) {
    this.claims = claims;
    this.node = node;
    this.kinds = kinds;
    this.runner = runner;
    this.finisher = finisher;
  }

  Duration step() {
    if (finisher.isBusy() || underWay() > UNDER_WAY_MAX - BATCH_MAX) {
      return BUSY_REST;
    }
    List<Claimed> taken = claims.takeCancelled(node.get(), kinds.get(), BATCH_MAX);
    taken.forEach(runner::start);
    return taken.size() == BATCH_MAX ? BUSY_REST : REST;
  }

  private long underWay() {
    return runner.running().stream().filter(run -> run.claimed().cancelled()).count();
  }
}
