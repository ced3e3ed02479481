package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
  private boolean caughtUp;
  private long arrivals;
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

  /** Something waits that was not claimed yet. */
  synchronized void behind() {
    arrivals++;
    caughtUp = false;
  }

  private synchronized long arrivals() {
    return arrivals;
  }

  private synchronized void looked(boolean foundAll, long arrivalsBefore) {
    caughtUp = foundAll && arrivals == arrivalsBefore;
  }

  /** Whether the last look found nothing that had to be left waiting, and nothing came since. */
  synchronized boolean isCaughtUp() {
    return caughtUp;
  }

  /**
   * Claims a job while it is enqueued, in the same transaction: it need not be looked for then.
   * Only where nothing waits that was there before, and a place is free.
   */
  Optional<Long> enqueue(Tx tx, NewJob job) {
    boolean can = isCaughtUp() && kinds.get().contains(job.kind());
    if (!can || runner.place(queue, places, 1) == 0) {
      behind(); // whatever is enqueued after this one must not overtake it
      return Optional.empty();
    }
    Optional<Claimed> claimed = Optional.empty();
    try {
      claimed = claims.enqueueClaimed(tx, membership.node(), job);
    } finally {
      if (claimed.isEmpty()) {
        runner.unplace(queue, 1);
      }
    }
    claimed.ifPresent(it -> {
      tx.afterCommit(() -> runner.startPlaced(it));
      tx.unlessCommitted(() -> runner.unplace(queue, 1));
    });
    return claimed.map(Claimed::id);
  }

  /** Something will be there soon, when a transaction of somebody else's commits. */
  void expect() {
    expecting = true;
  }

  boolean isFull() {
    return runner.running(queue) >= places;
  }

  Duration step() {
    int free = runner.place(queue, places, BATCH_MAX);
    long arrivalsBefore = arrivals();
    if (free == 0) {
      looked(false, arrivalsBefore);
      return LOOK_MAX; // a run that ends wakes this loop
    }
    List<Claimed> claimed = List.of();
    try {
      claimed = claims.claim(membership.node(), queue, kinds.get(), free);
    } finally {
      runner.unplace(queue, free - claimed.size());
    }
    claimed.forEach(runner::startPlaced);
    looked(claimed.size() < free, arrivalsBefore);
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
