package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * Workers in other processes. They have no connection to the database and ask any node for jobs.
 * Safe for use by many threads; all methods throw {@link dev.everbrook.engine.store.StoreFailure},
 * after which the worker repeats its request.
 *
 * <p>A worker has an incarnation like a node's, a row of {@code everbrook.node}, and (job, run,
 * incarnation) is the fence of everything it claims. Hence the rules of nodes apply to it (see
 * {@code store.Membership}), but only its lease shows that it lives. Every request renews the
 * lease. Once the lease has run out, the row is deleted, the worker's jobs run elsewhere, and its
 * reports change nothing; it registers anew.
 *
 * <p>A principal that may register a worker may claim from every queue, and reads the payloads of
 * jobs of other principals: workers are trusted as the operator's own. A principal acts only for
 * the workers that it registered.
 */
public interface RemoteWorkers {

  Duration LEASE_MIN = Duration.ofSeconds(2);
  Duration LEASE_MAX = Duration.ofMinutes(5);

  /** The most kinds of jobs of one worker. */
  int KINDS_MAX = 100;

  /** The most workers registered at once. */
  int WORKERS_MAX = 10_000;

  /** The time after its deadline for which a live worker may keep a job without ending it. */
  Duration OVERDUE = Duration.ofMinutes(1);

  /**
   * Called in the transaction that ends a job, before the end is written: the listener's writes
   * commit together with the end. An exception rolls both back.
   */
  @FunctionalInterface
  interface EndListener {
    void ends(Tx tx, EndHook.End end);
  }

  /**
   * A job that a worker holds.
   *
   * @param principal the principal it is done for; empty for none
   */
  record Holding(Fence fence, int attempt, Optional<Principal> principal) {}

  /** The number of claims that wait on this node for jobs of a queue. */
  int waiting(String queue);

  /**
   * Calls {@code listener} for each end of a worker's job that this node writes; replaces an
   * earlier listener.
   */
  void onEnd(EndListener listener);

  /**
   * Begins a worker's incarnation.
   *
   * @param name shown in the log; 1 to 100 characters, no control characters
   * @param lease the time after its last request when its jobs go to others; {@link #LEASE_MIN} to
   *     {@link #LEASE_MAX}
   * @param kinds the kinds that it runs, 1 to {@link #KINDS_MAX}, with the retry policy of each
   * @return its id; empty if {@value #WORKERS_MAX} workers are registered
   * @throws IllegalArgumentException if an argument is out of bounds, or this node itself has a
   *     handler for one of the kinds
   */
  Optional<UUID> register(
      Principal whose, String name, Duration lease, Map<String, RetryPolicy> kinds);

  /**
   * Refuses a kind that this node has a handler for. Remote workers must not run such jobs, since
   * {@link Handler#ended} would not be called. Clients may not enqueue them, since their payloads
   * are not rechecked.
   *
   * @throws IllegalArgumentException if this node has a handler for it, or no kind can have this
   *     name
   */
  void refuseOwn(String kind);

  /**
   * Renews the lease and returns the worker's jobs that are to stop: at once if one of them is not
   * in {@code told}, otherwise as soon as one is cancelled, or after {@code patience}. A job whose
   * deadline passed {@link #OVERDUE} ago is taken from the worker.
   *
   * @param told the jobs of earlier stop requests that reached the worker
   * @param patience the longest wait, at most {@link ClaimRequest#WAIT_MAX}; less than the lease,
   *     which is not renewed meanwhile
   * @param gone whether the client has left
   * @return empty if the worker's incarnation has ended
   */
  Optional<List<StopRequest>> beat(
      Principal whose, UUID worker, Set<Long> told, Duration patience, BooleanSupplier gone)
      throws InterruptedException;

  /**
   * Gives the worker jobs. Jobs that the worker holds and did not name come first.
   *
   * @param gone whether the client has left
   * @return the jobs, with {@value Run#PAGE_BYTES_MAX} bytes of payloads at most, though one job
   *     always fits; an empty list if there were none in time; empty if the worker's incarnation
   *     has ended
   * @throws IllegalArgumentException if the request names kinds that the worker did not register
   */
  Optional<List<Assignment>> claim(
      Principal whose, UUID worker, ClaimRequest request, BooleanSupplier gone)
      throws InterruptedException;

  /**
   * The job as the worker holds it, for writes for the job.
   *
   * @return empty if the worker does not hold it
   */
  Optional<Holding> holding(Principal whose, UUID worker, long job, int run);

  /**
   * The ends of the children of a job, as {@link Run#children(long)} for handlers.
   *
   * @param after the {@link ChildEnd.Page#next} of the page before; 0 for the first page
   * @return empty if the worker does not hold the job
   */
  Optional<ChildEnd.Page> children(Principal whose, UUID worker, long job, int run, long after);

  /** Ends or puts back a job as the worker reports; a repeated report takes effect once. */
  ReportResult settle(Principal whose, UUID worker, long job, int run, RunReport report);

  /**
   * Ends a worker's incarnation and gives back the jobs it holds, which uses up no attempts.
   *
   * @return whether it was registered
   */
  boolean leave(Principal whose, UUID worker);

  /**
   * A request to stop a job that a worker in another process holds: the worker ends its work and
   * reports that.
   *
   * @param run the number of the claim
   */
  record StopRequest(long job, int run, StopReason reason) {}
}
