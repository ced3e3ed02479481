package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.RunReport;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.HeldJobs;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.text.Names;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registered workers of all nodes, by their rows. Safe for use by many threads. */
public final class RegisteredWorkers implements RemoteWorkers {

  private static final Duration OVERDUE_REST = Duration.ofSeconds(5);
  private static final int STOPS_MAX = 1_000;
  private static final Logger log = LoggerFactory.getLogger(RegisteredWorkers.class);

  /** The collaborators. */
  public record Parts(
      WorkerTable table,
      Set<String> ownKinds,
      Assigner assigning,
      HeldJobs held,
      RemoteCompleter completer,
      Family family,
      QueueNotifier notifier,
      Heartbeats beats,
      World world) {}

  private final Parts parts;
  private final Runnable lookAfterAll;

  /**
   * @param lookAfterAll begins this node's upkeep of all queues; may be called often
   */
  public RegisteredWorkers(Parts parts, Runnable lookAfterAll) {
    this.parts = parts;
    this.lookAfterAll = lookAfterAll;
  }

  @Override
  public int waiting(String queue) {
    return parts.assigning().waiting(queue);
  }

  @Override
  public void onEnd(EndListener listener) {
    parts.completer().onEnd(listener);
  }

  @Override
  public Optional<UUID> register(
      Principal whose, String name, Duration lease, Map<String, RetryPolicy> kinds) {
    Names.check("a worker's name", name);
    if (lease.compareTo(LEASE_MIN) < 0 || lease.compareTo(LEASE_MAX) > 0) {
      throw new IllegalArgumentException(
          "a lease must be "
              + LEASE_MIN.toMillis()
              + " to "
              + LEASE_MAX.toMillis()
              + " ms, was "
              + lease.toMillis());
    }
    if (kinds.isEmpty() || kinds.size() > KINDS_MAX) {
      throw new IllegalArgumentException("a worker must know 1 to " + KINDS_MAX + " kinds of jobs");
    }
    kinds.keySet().forEach(this::refuseOwn);
    lookAfterAll.run();
    UUID id = parts.world().id();
    return parts.table().register(id, whose, name, lease, kinds)
        ? Optional.of(id)
        : Optional.empty();
  }

  @Override
  public void refuseOwn(String kind) {
    Names.check("a job's kind", kind);
    if (parts.ownKinds().contains(kind)) {
      throw new IllegalArgumentException(
          "jobs of kind '" + kind + "' are done by the server itself");
    }
  }

  @Override
  public Optional<List<RemoteWorkers.StopRequest>> beat(
      Principal whose, UUID worker, Set<Long> told, Duration patience, BooleanSupplier gone)
      throws InterruptedException {
    Optional<Worker> known = parts.table().renew(worker, whose);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Worker present = known.get();
    Semaphore called = parts.beats().enter(present.node());
    try {
      List<RemoteWorkers.StopRequest> stops = toStop(present);
      if (patience.isPositive() && stops.stream().allMatch(it -> told.contains(it.job()))) {
        Heartbeats.await(called, patience, gone);
        stops = toStop(present);
      }
      return Optional.of(stops);
    } finally {
      parts.beats().leave(present.node(), called);
    }
  }

  private List<RemoteWorkers.StopRequest> toStop(Worker worker) {
    List<RemoteWorkers.StopRequest> stops = new ArrayList<>();
    boolean free = true; // a failed end costs time, and the worker waits
    for (HeldJobs.ToStop found : parts.held().toStop(worker.node(), OVERDUE, STOPS_MAX)) {
      boolean ended = free && found.overdue() && end(worker, found.order());
      if (!ended) {
        stops.add(found.order());
        free &= !found.overdue();
      }
    }
    return stops;
  }

  /** Ends an overdue job; otherwise a worker that beats but hangs would hold it forever. */
  private boolean end(Worker worker, RemoteWorkers.StopRequest order) {
    Optional<Claimed> held = parts.held().held(worker.node(), order.job(), order.run());
    return held.map(it -> end(it, worker.policy(it.kind()))).orElse(true);
  }

  /** Ends a job. A locked row or a rejected end does not prevent the ends of other jobs. */
  private boolean end(Claimed job, RetryPolicy policy) {
    Outcome outcome = job.cancelled() ? new Outcome.Cancelled() : Claimed.DEADLINE_PASSED;
    try {
      parts.completer().end(job, outcome, policy);
      return true;
    } catch (StoreFailure e) {
      if (!e.isLockTimeout() && !e.isDataError()) {
        throw e;
      }
      log.warn("{} is overdue, could not be ended, and will be tried again", job, e);
      return false;
    }
  }

  /**
   * Ends a bounded batch of {@link #OVERDUE} jobs of workers that claim, and so live, but do not
   * beat. Any node may do so for all workers.
   *
   * @return the time to rest before the next look
   */
  public Duration endOverdue() {
    for (Claimed job : parts.held().overdue(OVERDUE, STOPS_MAX)) {
      log.info("{} is taken from its worker: its deadline passed", job);
      end(job, RetryPolicy.DEFAULT);
    }
    return OVERDUE_REST;
  }

  @Override
  public Optional<List<Assignment>> claim(
      Principal whose, UUID worker, ClaimRequest request, BooleanSupplier gone)
      throws InterruptedException {
    lookAfterAll.run();
    Optional<Worker> known = parts.table().renew(worker, whose);
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(parts.assigning().assign(known.get(), request, gone));
  }

  @Override
  public Optional<Holding> holding(Principal whose, UUID worker, long job, int run) {
    return parts
        .table()
        .renew(worker, whose)
        .flatMap(it -> parts.held().held(it.node(), job, run))
        .map(it -> new Holding(it.fence(), it.attempt(), it.principal()));
  }

  @Override
  public Optional<ChildEnd.Page> children(
      Principal whose, UUID worker, long job, int run, long after) {
    return holding(whose, worker, job, run).map(_ -> parts.family().page(job, after));
  }

  @Override
  public ReportResult settle(Principal whose, UUID worker, long job, int run, RunReport report) {
    Optional<Worker> known = parts.table().renew(worker, whose);
    if (known.isEmpty()) {
      return new ReportResult.NotHeld();
    }
    Optional<Claimed> held = parts.held().held(known.get().node(), job, run);
    if (held.isEmpty()) {
      return parts
          .held()
          .ended(known.get().node(), job, run)
          .<ReportResult>map(ReportResult.Over::new)
          .orElseGet(ReportResult.NotHeld::new);
    }
    return parts.completer().settle(held.get(), report, known.get().policy(held.get().kind()));
  }

  @Override
  public boolean leave(Principal whose, UUID worker) {
    Optional<List<String>> queues = parts.table().end(worker, whose);
    queues.ifPresent(it -> it.stream().distinct().forEach(parts.notifier()::wake));
    return queues.isPresent();
  }
}
