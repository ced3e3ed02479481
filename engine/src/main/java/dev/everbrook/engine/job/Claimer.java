package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Membership;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Fills this node's free places for one queue. It claims when told that there is something, and
 * looks by itself in growing intervals, since whoever enqueues may not be able to tell.
 */
final class Claimer {

  private static final int BATCH_MAX = 100;
  private static final Duration LOOK_MIN = Duration.ofMillis(5);
  private static final Duration LOOK_MAX = Duration.ofMillis(250);

  private final String queue;
  private final int places;
  private final Claims claims;
  private final Membership membership;
  private final Supplier<Set<String>> kinds;
  private final Runner runner;
  private volatile boolean expecting;
  private Duration look = LOOK_MAX;

  Claimer(
      String queue,
      int places,
      Claims claims,
      Membership membership,
      Supplier<Set<String>> kinds,
      Runner runner) {
    this.queue = queue;
    this.places = places;
    this.claims = claims;
    this.membership = membership;
    this.kinds = kinds;
    this.runner = runner;
  }

  /** Something will be there soon, when a transaction of somebody else's commits. */
  void expect() {
    expecting = true;
  }

  boolean isFull() {
    return runner.running(queue) >= places;
  }

  Duration step() {
    int free = Math.min(BATCH_MAX, places - runner.running(queue));
    if (free <= 0) {
      return LOOK_MAX; // a run that ends wakes this loop
    }
    List<Claimed> claimed = claims.claim(membership.node(), queue, kinds.get(), free);
    claimed.forEach(runner::start);
    return rest(claimed.size() == free, !claimed.isEmpty());
  }

  private Duration rest(boolean full, boolean any) {
    if (full) {
      return Duration.ZERO;
    }
    if (any || expecting) {
      expecting = false;
      look = LOOK_MIN;
    } else {
      Duration longer = look.multipliedBy(2);
      look = longer.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : longer;
    }
    return look;
  }
}
