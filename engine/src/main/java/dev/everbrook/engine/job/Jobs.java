package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The durable queue of this node. Register the handlers first, then let the node {@link #work}; a
 * node that only enqueues needs neither. Safe for use by many threads.
 *
 * <p>Methods that touch the database throw {@link dev.everbrook.engine.store.StoreFailure}, which
 * says whether trying again can help.
 */
public interface Jobs {

  /** The most jobs of one call of {@link #handleBatch}. */
  int BATCH_MAX = 1_000;

  /** Registers the handler that runs jobs of this kind on this node; before {@link #work}. */
  default void handle(String kind, RetryPolicy policy, Handler handler) {
    handle(kind, policy, handler, EndHook.NONE);
  }

  /** As {@link #handle(String, RetryPolicy, Handler)}, with a hook for the end of each job. */
  void handle(String kind, RetryPolicy policy, Handler handler, EndHook hook);

  /**
   * Registers the handler that runs several jobs of this kind with one call on this node; before
   * {@link #work}.
   *
   * @param together the most jobs of one call, 1 to {@value #BATCH_MAX}; a call takes one of the
   *     queue's slots
   */
  void handleBatch(String kind, RetryPolicy policy, int together, BatchHandler handler);

  /**
   * Begins to claim and run jobs of these queues, whose handlers are known by now. May be called
   * again for other queues.
   *
   * @param slots how many jobs of a queue this node runs at once, by queue; 1 at least
   * @throws IllegalArgumentException if a queue cannot have such a name or so few slots
   * @throws IllegalStateException if this node works one of them already; like the other, before
   *     any is begun
   */
  void work(Map<String, Integer> slots);

  /**
   * Enqueues in the caller's transaction: the job exists if and only if that commits. Where this
   * node has a free slot and nothing waits, the job is claimed in the same transaction and runs as
   * soon as that has committed.
   *
   * @return the job's id, or that of the one with the same dedupe key
   */
  default long enqueue(Tx tx, NewJob job) {
    return offer(tx, job).job();
  }

  /** As {@link #enqueue(Tx, NewJob)}, in a transaction that the caller commits. */
  default long enqueue(Connection connection, NewJob job) {
    return enqueue(Tx.joining(connection), job);
  }

  /**
   * As {@link #enqueue(Tx, NewJob)}, in a transaction of its own: the job is durable when this
   * returns.
   */
  long enqueue(NewJob job);

  /** As {@link #enqueue(Tx, NewJob)}, and returns what the job's dedupe key made of it. */
  Enqueued offer(Tx tx, NewJob job);

  /**
   * Enqueues many jobs in the caller's transaction, a thousand with a statement, or fewer where
   * their payloads are long.
   *
   * @param jobs at most 100,000, without dedupe keys
   * @return their ids, in the same order
   */
  List<Long> enqueueAll(Tx tx, List<NewJob> jobs);

  /**
   * As {@link #enqueueAll}, for jobs that may have dedupe keys, and returns what became of each: as
   * if they were offered one after the other, but for a fraction of the cost.
   *
   * @param jobs at most 100,000
   */
  List<Enqueued> offerAll(Tx tx, List<NewJob> jobs);

  /**
   * Enqueues in a transaction that is shared by all callers of the same moment: many pay for one
   * commit. The job is durable when the future completes. Waits while 10,000 others, or 32 Mi
   * characters of payloads, wait to be written.
   *
   * @param job without a dedupe key
   * @return the job's id; fails with {@link dev.everbrook.engine.store.StoreFailure}, after which
   *     it is unknown whether the job exists, unless that says it was rolled back
   */
  CompletableFuture<Long> enqueueAsync(NewJob job) throws InterruptedException;

  /**
   * Enqueues a job that runs when its children have ended, and all below them, in the caller's
   * transaction; at most 1,000 jobs in all.
   *
   * @return the parent's id; its children are read by {@link Run#children}
   */
  long enqueue(Tx tx, NewJob parent, List<Child> children);

  /**
   * Cancels a job wherever it is, and the jobs it waits for. A running job is asked to stop and
   * ends when its handler does; a waiting job is ended at once. Idempotent.
   *
   * @return whether there was such a job that had not finished
   */
  boolean cancel(long job);

  /** All jobs, ended ones included. */
  JobList list();

  /** What an operator does with jobs. */
  JobControl control();

  /** The limits of lanes, and closing them. */
  Lanes lanes();

  /** The queues as their operator sees them. */
  Queues queues();

  /** The workers in other processes. */
  RemoteWorkers remoteWorkers();

  /** How many jobs are on this node. */
  int running();
}
