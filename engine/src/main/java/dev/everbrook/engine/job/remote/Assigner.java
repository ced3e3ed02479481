package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.claim.BoundedClaims;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.HeldJobs;
import dev.everbrook.engine.job.claim.WaitingWorkers;
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
 * Gives jobs to workers in other processes: claims them for the worker's incarnation, ends the jobs
 * that must not run any more, and waits if there are none. Safe for use by many threads.
 */
public final class Assigner {

  private static final Logger log = LoggerFactory.getLogger(Assigner.class);

  /** The longest wait before a look without a hint, since hints may be lost. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final BoundedClaims bounded;
  private final HeldJobs held;
  private final RemoteCompleter completer;
  private final WaitingWorkers waiting;
  private final RemoteRuns runs;
  private final World world;

  public Assigner(
      BoundedClaims bounded,
      HeldJobs held,
      RemoteCompleter completer,
      WaitingWorkers waiting,
      RemoteRuns runs,
      World world) {
    this.bounded = bounded;
    this.held = held;
    this.completer = completer;
    this.waiting = waiting;
    this.runs = runs;
    this.world = world;
  }

  public int waiting(String queue) {
    return waiting.size(queue);
  }

  /** Jobs for a worker; none if none came in time or the client has left. */
  public List<Assignment> assign(Worker worker, ClaimRequest wish, BooleanSupplier gone)
      throws InterruptedException {
    List<Assignment> lost = again(worker, wish);
    if (!lost.isEmpty()) {
      return lost;
    }
    long begun = world.nanos();
    Set<String> kinds = worker.kinds(wish);
    boolean plain = true;
    try (WaitingWorkers.Place place = waiting.enter(wish.queue(), kinds)) {
      while (!gone.getAsBoolean()) {
        Claims.Turn turn = bounded.claim(worker.node(), wish, kinds, plain);
        plain = turn.plain();
        turn.jobs().forEach(runs::begun);
        if (BoundedClaims.isFull(turn.jobs(), wish.most())) {
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

  /** The jobs whose assignment did not reach the worker. */
  private List<Assignment> again(Worker worker, ClaimRequest wish) {
    return assigned(worker, held.unknown(worker.node(), wish.queue(), wish.holding(), wish.most()));
  }

  private List<Assignment> assigned(Worker worker, List<Claimed> jobs) {
    List<Assignment> assigned = new ArrayList<>();
    long now = world.nanos();
    for (Claimed job : jobs) {
      RetryPolicy policy = job.policy(worker.policy(job.kind()));
      Optional<Outcome> barred = job.barred(policy.attemptsMax(), now);
      if (barred.isPresent()) {
        end(job, barred.get(), policy);
      } else {
        assigned.add(assignment(job, policy, now));
      }
    }
    return assigned;
  }

  /**
   * Ends a job. If that fails, the worker's next claim finds it again, since the worker does not
   * name it.
   */
  private void end(Claimed job, Outcome outcome, RetryPolicy policy) {
    try {
      completer.endUnbegun(job, outcome, policy);
    } catch (StoreFailure e) {
      log.warn("{} could not be ended and will be tried again", job, e);
    }
  }

  private static Assignment assignment(Claimed claimed, RetryPolicy policy, long now) {
    return new Assignment(
        claimed.id(),
        claimed.run(),
        claimed.attempt(),
        policy.attemptsMax(),
        claimed.queue(),
        claimed.kind(),
        claimed.payload(),
        claimed.links().lane(),
        Duration.ofNanos(Math.max(0, claimed.deadlineNanos() - now)),
        policy.attemptTime(),
        claimed.links().trace());
  }
}
