package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
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

/**
 * Workers in other processes, which have no connection to the database and ask through some node
 * for jobs, one as good as another. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}, after which the worker asks again.
 *
 * <p>A worker is a life like a node's, a row of {@code everbrook.node}, and (job, run, life) is the
 * fence of all it claims: so what holds for nodes holds for it (see {@code store.Membership}), but
 * that only its lease speaks for it. Whatever it asks renews the lease. Where it ran out, the row
 * is gone, its jobs run elsewhere, and all it says about them changes nothing; it registers anew.
 *
 * <p>Whoever may register a worker may claim from every queue, and gets the payloads of jobs that
 * are done for others: workers are trusted as the operator's own. A principal only speaks for the
 * workers he registered.
 */
public final class Workforce {

  public static final Duration LEASE_MIN = Duration.ofSeconds(2);
  public static final Duration LEASE_MAX = Duration.ofMinutes(5);

  /** How many kinds of jobs one worker may know. */
  public static final int KINDS_MAX = 100;

  /** How long after its deadline a job stays with a worker that lives but does not end it. */
  public static final Duration OVERDUE = Duration.ofMinutes(1);

  private static final Duration OVERDUE_REST = Duration.ofSeconds(5);
  private static final int STOPS_MAX = 1_000;
  private static final Logger log = LoggerFactory.getLogger(Workforce.class);

  /**
   * The end of a job that is about to be written.
   *
   * @param hold under which it ends
   * @param principal for whom it was done; nothing if for nobody
   * @param error why it did not end well; empty if it did
   */
  public record JobEnd(Hold hold, Optional<Principal> principal, Ended how, String error) {}

  /**
   * Told of a job's end in the transaction that writes it, before that is done: what it writes is
   * there if and only if the job has ended so; what it throws keeps the job from ending now.
   */
  @FunctionalInterface
  public interface EndListener {
    void ends(Tx tx, JobEnd end);
  }

  /** What it is made of. */
  record Rooms(
      WorkerTable table,
      Set<String> ownKinds,
      Assigning assigning,
      Holdings holdings,
      Settling settling,
      Family family,
      Nudges nudges,
      Beats beats,
      World world) {}

  private final Rooms rooms;
  private final Runnable lookAfterAll;

  /**
   * @param lookAfterAll sees to it that this node promotes and rescues; may be called often
   */
  Workforce(Rooms rooms, Runnable lookAfterAll) {
    this.rooms = rooms;
    this.lookAfterAll = lookAfterAll;
  }

  /** How many claims wait on this node for jobs of a queue. */
  public int waiting(String queue) {
    return rooms.assigning().waiting(queue);
  }

  /** Calls {@code listener} for each job that ends here; replaces any before. */
  public void onEnd(EndListener listener) {
    rooms.settling().onEnd(listener);
  }

  /**
   * Begins a worker's life.
   *
   * @param name for whoever looks at the log; 1 to 100 characters, none of them a control character
   * @param lease how long it may say nothing before others get its jobs
   * @param kinds what it can do, at most {@link #KINDS_MAX}, and how each kind is retried
   * @return what it calls itself from now on; nothing if {@value WorkerTable#WORKERS_MAX} live
   * @throws IllegalArgumentException if it cannot be so; among others if this node itself has a
   *     handler for one of the kinds
   */
  public Optional<UUID> register(
      Principal whose, String name, Duration lease, Map<String, RetryPolicy> kinds) {
    if (name.isBlank() || !NewJob.isName(name, NewJob.NAME_MAX)) {
      throw new IllegalArgumentException(
          "a worker's name must have 1 to "
              + NewJob.NAME_MAX
              + " characters and no control characters");
    }
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
    UUID id = rooms.world().id();
    return rooms.table().register(id, whose, name, lease, kinds)
        ? Optional.of(id)
        : Optional.empty();
  }

  /**
   * Refuses a kind that this node has a handler for. Others must not do such jobs, since nobody
   * would put in order what that handler does when they end; nor may others order them, since what
   * their payload names is not checked again.
   *
   * @throws IllegalArgumentException if there is a handler here, or this is no name
   */
  public void refuseOwn(String kind) {
    NewJob.named("kind", kind);
    if (rooms.ownKinds().contains(kind)) {
      throw new IllegalArgumentException(
          "jobs of kind '" + kind + "' are done by the server itself");
    }
  }

  /**
   * Renews the lease and tells which of the worker's jobs are to stop: at once if there is one that
   * it does not know of, else as soon as one is cancelled, or when it has waited long enough. One
   * whose deadline passed {@link #OVERDUE} ago is taken from it.
   *
   * @param told the jobs it knows are to stop
   * @param patience how long to wait, at most {@link WorkWish#WAIT_MAX}; less than the lease, which
   *     is not renewed meanwhile
   * @param gone whether nobody waits for the answer any more
   * @return nothing if the worker's life is over
   */
  public Optional<List<StopOrder>> beat(
      Principal whose, UUID worker, Set<Long> told, Duration patience, BooleanSupplier gone)
      throws InterruptedException {
    Optional<Worker> known = rooms.table().renew(worker, whose);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Worker present = known.get();
    Semaphore called = rooms.beats().enter(present.node());
    try {
      List<StopOrder> stops = toStop(present);
      if (patience.isPositive() && stops.stream().allMatch(it -> told.contains(it.job()))) {
        Beats.await(called, patience, gone);
        stops = toStop(present);
      }
      return Optional.of(stops);
    } finally {
      rooms.beats().leave(present.node(), called);
    }
  }

  private List<StopOrder> toStop(Worker worker) {
    List<StopOrder> stops = new ArrayList<>();
    boolean free = true; // one that cannot be ended costs time, and the worker waits
    for (Holdings.ToStop found : rooms.holdings().toStop(worker.node(), OVERDUE, STOPS_MAX)) {
      boolean ended = free && found.overdue() && end(worker, found.order());
      if (!ended) {
        stops.add(found.order());
        free &= !found.overdue();
      }
    }
    return stops;
  }

  /** Otherwise a worker that beats but hangs would have the job for ever. */
  private boolean end(Worker worker, StopOrder order) {
    Optional<Claimed> held = rooms.holdings().held(worker.node(), order.job(), order.run());
    return held.map(it -> end(it, worker.policy(it.kind()))).orElse(true);
  }

  /** One whose row others hold, or whose end is rejected, keeps no other from ending. */
  private boolean end(Claimed job, RetryPolicy policy) {
    Outcome outcome = job.cancelled() ? new Outcome.Cancelled() : Claimed.DEADLINE_PASSED;
    try {
      rooms.settling().end(job, outcome, policy);
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
   * Ends what is {@link #OVERDUE} with workers that do not beat, but live because they claim, at
   * most some at a time. Any node may do so for all.
   *
   * @return how long to rest before the next look
   */
  Duration endOverdue() {
    for (Claimed job : rooms.holdings().overdue(OVERDUE, STOPS_MAX)) {
      log.info("{} is taken from its worker: its deadline passed", job);
      end(job, RetryPolicy.DEFAULT);
    }
    return OVERDUE_REST;
  }

  /**
   * Gives the worker jobs, those of which it does not know that it holds them before others.
   *
   * @param gone whether nobody waits for the answer any more
   * @return none if there were none in time, and of more than {@value Portions#BYTES_MAX} bytes of
   *     payloads only the first; nothing if the worker's life is over
   * @throws IllegalArgumentException if the wish names kinds that the worker did not register
   */
  public Optional<List<Assignment>> claim(
      Principal whose, UUID worker, WorkWish wish, BooleanSupplier gone)
      throws InterruptedException {
    lookAfterAll.run();
    Optional<Worker> known = rooms.table().renew(worker, whose);
    return known.isEmpty()
        ? Optional.empty()
        : Optional.of(rooms.assigning().assign(known.get(), wish, gone));
  }

  /**
   * Whether the worker holds the job, and for whom that is done: for what is to be written in the
   * job's name.
   */
  public Optional<Holding> holding(Principal whose, UUID worker, long job, int run) {
    return rooms
        .table()
        .renew(worker, whose)
        .flatMap(it -> rooms.holdings().held(it.node(), job, run))
        .map(Holding::of);
  }

  /**
   * A job as a worker holds it.
   *
   * @param principal for whom it is done; nothing if for nobody
   */
  public record Holding(Hold hold, int attempt, Optional<Principal> principal) {
    private static Holding of(Claimed claimed) {
      return new Holding(claimed.hold(), claimed.attempt(), Settling.principal(claimed));
    }
  }

  /**
   * How the children ended that a job waited for, as {@link Run#children} tells handlers, but by
   * pages: of at most {@value Family#PAGE_MAX}, and {@value Portions#BYTES_MAX} bytes of results
   * and errors, though one always fits.
   *
   * @param after the page before's {@link ChildPage#next}; 0 for the first
   * @return nothing if the worker does not hold the job
   */
  public Optional<ChildPage> children(Principal whose, UUID worker, long job, int run, long after) {
    return holding(whose, worker, job, run).map(_ -> rooms.family().page(job, after));
  }

  /** Ends or puts back a job as the worker says; what is said twice is done once. */
  public Settled settle(Principal whose, UUID worker, long job, int run, Report report) {
    Optional<Worker> known = rooms.table().renew(worker, whose);
    if (known.isEmpty()) {
      return new Settled.NotHeld();
    }
    Optional<Claimed> held = rooms.holdings().held(known.get().node(), job, run);
    if (held.isEmpty()) {
      return rooms
          .holdings()
          .ended(known.get().node(), job, run)
          .<Settled>map(Settled.Over::new)
          .orElseGet(Settled.NotHeld::new);
    }
    return rooms.settling().settle(held.get(), report, known.get().policy(held.get().kind()));
  }

  /**
   * Ends a worker's life and gives back what it holds, which uses up no attempts.
   *
   * @return whether it lived
   */
  public boolean leave(Principal whose, UUID worker) {
    Optional<List<String>> queues = rooms.table().end(worker, whose);
    queues.ifPresent(it -> it.stream().distinct().forEach(rooms.nudges()::nudge));
    return queues.isPresent();
  }
}
