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
 * after which the worker asks again.
 *
 * <p>A worker has an incarnation like a node's, a row of {@code everbrook.node}, and (job, run,
 * incarnation) is the fence of everything it claims. So the rules of nodes hold for it (see {@code
 * store.Membership}), except that only its lease speaks for it. Every request renews the lease.
 * Once the lease has run out, the row is gone, the worker's jobs run elsewhere, and its reports
 * change nothing; it registers anew.
 *
 * <p>A principal that may register a worker may claim from every queue, and gets the payloads of
 * jobs that are done for others: workers are trusted as the operator's own. A principal speaks only
 * for the workers that it registered.
 */
public interface RemoteWorkers {

  Duration LEASE_MIN = Duration.ofSeconds(2);
  Duration LEASE_MAX = Duration.ofMinutes(5);

  /** How many kinds of jobs one worker may know. */
  int KINDS_MAX = 100;

  /** How many workers may be registered at once. */
  int WORKERS_MAX = 10_000;

  /** How long after its deadline a job stays with a worker that is alive but does not end it. */
  Duration OVERDUE = Duration.ofMinutes(1);

  /**
   * Called with a job's end in the transaction that writes it, before that is done: its writes are
   * there if and only if the job has ended so; an exception keeps the job from ending now.
   */
  @FunctionalInterface
  interface EndListener {
    void ends(Tx tx, EndHook.JobEnd end);
  }

  /**
   * A job that a worker holds.
   *
   * @param principal the principal it is done for; nothing if there is none
   */
  record Holding(Fence fence, int attempt, Optional<Principal> principal) {}

  /** How many claims wait on this node for jobs of a queue. */
  int waiting(String queue);

  /** Calls {@code listener} for each job that ends here; replaces any listener before. */
  void onEnd(EndListener listener);

  /**
   * Begins a worker's incarnation.
   *
   * @param name shown in the log; 1 to 100 characters, none of them a control character
   * @param lease how long after its last request its jobs go to others
   * @param kinds the kinds it can do, at most {@link #KINDS_MAX}, and how each is retried
   * @return its id from now on; nothing if {@value #WORKERS_MAX} workers are registered
   * @throws IllegalArgumentException if an argument is out of bounds, or this node itself has a
   *     handler for one of the kinds
   */
  Optional<UUID> register(
      Principal whose, String name, Duration lease, Map<String, RetryPolicy> kinds);

  /**
   * Refuses a kind that this node has a handler for. Remote workers must not do such jobs, since
   * the handler's work at their end would be left undone; nor may clients enqueue them, since what
   * their payload names is not checked again.
   *
   * @throws IllegalArgumentException if there is a handler here, or this is no name
   */
  void refuseOwn(String kind);

  /**
   * Renews the lease and returns which of the worker's jobs are to stop: at once if there is one
   * that it does not know of, else as soon as one is cancelled, or after {@code patience}. A job
   * whose deadline passed {@link #OVERDUE} ago is taken from it.
   *
   * @param told the jobs that the worker knows are to stop
   * @param patience how long to wait, at most {@link ClaimRequest#WAIT_MAX}; less than the lease,
   *     which is not renewed meanwhile
   * @param gone whether the client has left
   * @return nothing if the worker's incarnation is over
   */
  Optional<List<StopRequest>> beat(
      Principal whose, UUID worker, Set<Long> told, Duration patience, BooleanSupplier gone)
      throws InterruptedException;

  /**
   * Gives the worker jobs. Jobs that it holds without knowing come before others.
   *
   * @param gone whether the client has left
   * @return none if there were none in time, and of more than {@value Run#PAGE_BYTES_MAX} bytes of
   *     payloads only the first; nothing if the worker's incarnation is over
   * @throws IllegalArgumentException if the request names kinds that the worker did not register
   */
  Optional<List<Assignment>> claim(
      Principal whose, UUID worker, ClaimRequest request, BooleanSupplier gone)
      throws InterruptedException;

  /**
   * The job as the worker holds it, for writes in the job's name.
   *
   * @return nothing if the worker does not hold it
   */
  Optional<Holding> holding(Principal whose, UUID worker, long job, int run);

  /**
   * How the children of a job ended, as {@link Run#children(long)} tells handlers.
   *
   * @param after the page before's {@link ChildEnd.Page#next}; 0 for the first
   * @return nothing if the worker does not hold the job
   */
  Optional<ChildEnd.Page> children(Principal whose, UUID worker, long job, int run, long after);

  /** Ends or puts back a job as the worker reports; a repeated report is done once. */
  ReportResult settle(Principal whose, UUID worker, long job, int run, RunReport report);

  /**
   * Ends a worker's incarnation and gives back the jobs it holds, which uses up no attempts.
   *
   * @return whether it was registered
   */
  boolean leave(Principal whose, UUID worker);

  /**
   * That a job which a worker in another process holds is to stop: the worker ends its work on it
   * and says so.
   *
   * @param run the claim that is meant
   */
  record StopRequest(long job, int run, StopReason reason) {}
}
