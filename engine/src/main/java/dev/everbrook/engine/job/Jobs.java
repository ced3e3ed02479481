package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

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

  /** The most jobs that {@link #awaitEnd} waits for at once on a node. */
  int AWAITED_MAX = 10_000;

  /** Registers the handler that runs jobs of this kind on this node; before {@link #work}. */
  default void handle(String kind, RetryPolicy policy, Handler handler) {
    handle(kind, policy, handler, EndHook.NONE);
  }

  /** As {@link #handle(String, RetryPolicy, Handler)}, for jobs whose payload is a record. */
  default <P> void handle(JobType<P, ?> type, RetryPolicy policy, JobType.Work<P> work) {
    handle(type.kind(), policy, type.handler(work));
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
   * again for other queues, and for queues that were {@linkplain #stop stopped}. The first call
   * also begins the engine's own queue, {@link JobControl#QUEUE}.
   *
   * @param slots how many jobs of a queue this node runs at once, by queue; 1 at least
   * @throws IllegalArgumentException if a queue cannot have such a name or so few slots
   * @throws IllegalStateException if this node works one of them already, or is closed; like the
   *     other, before any is begun
   */
  void work(Map<String, Integer> slots);

  /**
   * Changes how many jobs of a queue this node runs at once. Returns at once and interrupts no run.
   * New slots are filled at once. Slots beyond the new number fall away as their runs end; until
   * then no other job of the queue begins here. Jobs that were claimed ahead and find no slot go
   * back after 500 ms, and use up no attempt.
   *
   * @param slots 1 at least
   * @throws IllegalArgumentException if there are fewer
   * @throws IllegalStateException if this node does not work the queue, or is closed
   */
  void resize(String queue, int slots);

  /**
   * Claims no more jobs of a queue on this node; other nodes go on. Runs go on to their end. Jobs
   * that were claimed and have not begun go back at once, and use up no attempt; so does a job that
   * an open transaction has enqueued and claimed here, when it commits. Waits for a claim that is
   * under way, at most 5 s; a claim that takes longer goes back when it arrives. {@link #work}
   * begins the queue again, also while runs from before go on: these take slots as any other.
   *
   * <p>Does nothing if this node does not work the queue. Stopping {@link JobControl#QUEUE} leaves
   * redrives and drains to other nodes; stopping {@code dev.everbrook.engine.answer.Answers.QUEUE}
   * leaves them new answers. Both queues stay stopped until {@link #work} names them.
   */
  void stop(String queue);

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

  /**
   * Enqueues a job of a type for its queue, in a transaction of its own. For more than a payload,
   * enqueue {@link JobType#job} with what {@link NewJob} allows, and make the handle of its id.
   */
  default <P, R> JobHandle<R> enqueue(JobType<P, R> type, P payload) {
    return handleOf(enqueue(type.job(payload)), type);
  }

  /** As {@link #enqueue(JobType, Object)}, in the caller's transaction. */
  default <P, R> JobHandle<R> enqueue(Tx tx, JobType<P, R> type, P payload) {
    return handleOf(enqueue(tx, type.job(payload)), type);
  }

  /** As {@link #enqueue(JobType, Object)}, in a transaction that the caller commits. */
  default <P, R> JobHandle<R> enqueue(Connection connection, JobType<P, R> type, P payload) {
    return handleOf(enqueue(connection, type.job(payload)), type);
  }

  /** The handle of a job that was enqueued before, here or elsewhere; asks no database. */
  default <R> JobHandle<R> handleOf(long job, JobType<?, R> type) {
    return new JobHandle<>(this, type, job);
  }

  /**
   * Waits until a job has ended, on whatever node. The end of a job that ran on this node is seen
   * at once, that of another after 250 ms at most (when many wait, or the database is slow, after a
   * second). Until its transaction has committed there is no such job, and none is waited for.
   * While the database is away, so is the answer.
   *
   * @param most how long; more than ten years are as ten years
   * @throws TimeoutException if it has not ended in time, or is not to be found: its transaction
   *     has not committed, or the history has dropped it
   * @throws IllegalStateException if {@value #AWAITED_MAX} jobs are awaited on this node already,
   *     or the node closes
   */
  JobEnd awaitEnd(long job, Duration most) throws InterruptedException, TimeoutException;

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

  /**
   * As {@link #cancel(long)}, in the caller's transaction: the job is cancelled if and only if that
   * commits, and stopped and ended after that. Commit soon: the rows of the job and of the jobs it
   * waits for are locked until then.
   */
  boolean cancel(Tx tx, long job);

  /**
   * As {@link #cancel(Tx, long)}, in a transaction that the caller commits. A running job is asked
   * to stop about a second after the commit.
   */
  default boolean cancel(Connection connection, long job) {
    return cancel(Tx.joining(connection), job);
  }

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
