package dev.everbrook.engine.job;

import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives jobs to workers in other processes: claims them under the worker's life, ends those that
 * are not to run any more, and waits for more where there are none. Safe for use by many threads.
 */
final class Assigning {

  private static final Logger log = LoggerFactory.getLogger(Assigning.class);

  /** How long one waits before it looks by itself, since hints may be lost. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Portions portions;
  private final Holdings holdings;
  private final Settling settling;
  private final Waiting waiting;
  private final RemoteRuns runs;
  private final World world;

  Assigning(
      Portions portions,
      Holdings holdings,
      Settling settling,
      Waiting waiting,
      RemoteRuns runs,
      World world) {
    this.portions = portions;
    this.holdings = holdings;
    this.settling = settling;
    this.waiting = waiting;
    this.runs = runs;
    this.world = world;
  }

  int waiting(String queue) {
    return waiting.size(queue);
  }

  /** Jobs for a worker, or none if none came in time or nobody waits for the answer any more. */
  List<Assignment> assign(Worker worker, WorkWish wish, BooleanSupplier gone)
      throws InterruptedException {
    List<Assignment> lost = again(worker, wish);
    if (!lost.isEmpty()) {
      return lost;
    }
    long begun = world.nanos();
    Set<String> kinds = worker.kinds(wish);
    boolean plain = true;
    try (Waiting.Place place = waiting.enter(wish.queue(), kinds)) {
      while (!gone.getAsBoolean()) {
        Claims.Turn turn = portions.claim(worker.node(), wish, kinds, plain);
        plain = turn.plain();
        turn.jobs().forEach(runs::begun);
        if (Portions.isFull(turn.jobs(), wish.most())) {
          place.callNext();
        }
        List<Assignment> assigned = assigned(worker, turn.jobs());
        Duration left = wish.patience().minusNanos(world.nanos() - begun);
        if (!assigned.isEmpty() || !left.isPositive()) {
          return assigned;
        }
        if (turn.jobs().isEmpty()) {
          place.limited(!plain);
          place.await(least(left, turn.rest().orElse(LOOK)));
        }
      }
      return List.of();
    }
  }

  private static Duration least(Duration left, Duration rest) {
    Duration look = rest.compareTo(LOOK) < 0 ? rest : LOOK;
    return left.compareTo(look) < 0 ? left : look;
  }

  /** Those whose assignment did not reach the worker. */
  private List<Assignment> again(Worker worker, WorkWish wish) {
    return assigned(
        worker, holdings.unknown(worker.node(), wish.queue(), wish.holding(), wish.most()));
  }

  private List<Assignment> assigned(Worker worker, List<Claimed> jobs) {
    List<Assignment> assigned = new ArrayList<>();
    long now = world.nanos();
    for (Claimed job : jobs) {
      RetryPolicy policy = worker.policy(job.kind());
      Optional<Outcome> barred = job.barred(policy.attemptsMax(), now);
      if (barred.isPresent()) {
        end(job, barred.get(), policy);
      } else {
        assigned.add(Assignment.of(job, policy, now));
      }
    }
    return assigned;
  }

  /**
   * One that cannot be ended now is found again at the worker's next claim, which does not know it.
   */
  private void end(Claimed job, Outcome outcome, RetryPolicy policy) {
    try {
      settling.endUnbegun(job, outcome, policy);
    } catch (StoreFailure e) {
      log.warn("{} could not be ended and will be tried again", job, e);
    }
  }
}
