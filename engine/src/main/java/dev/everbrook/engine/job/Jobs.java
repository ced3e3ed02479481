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
 * says whether a retry can help. Such a method without a {@link Tx} or a connection borrows a
 * connection; inside {@code Database.tx} of the same thread it throws {@link
 * IllegalStateException}.
 */
public interface Jobs {

  /** The most jobs of one call of {@link #handleBatch}. */
  int BATCH_MAX = 1_000;

  /** The most jobs that {@link #awaitEnd} waits for at once on a node. */
  int AWAITED_MAX = 10_000;

  /**
   * Registers the handler that runs jobs of this kind on this node, best before {@link #work}: a
   * handler that is registered later takes effect with the next claim.
   *
   * @throws IllegalStateException if the kind has a handler on this node
   */
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
   * Registers the handler that runs several jobs of this kind with one call on this node, best
   * before {@link #work}.
   *
   * @param together the most jobs of one call, 1 to {@value #BATCH_MAX}; a call takes one of the
   *     queue's slots
   * @throws IllegalArgumentException if {@code together} is out of its bounds
   * @throws IllegalStateException if the kind has a handler on this node
   */
  void handleBatch(String kind, RetryPolicy policy, int together, BatchHandler handler);

  /**
   * Begins to claim and run jobs of these queues, of the kinds that have a handler. May be called
   * again for other queues, and for queues that were {@linkplain #stop stopped}. The first call
   * also begins the engine's own queue, {@link JobControl#QUEUE}.
   *
   * @param slots by queue, the number of its jobs that this node runs at once; 1 at least
   * @throws IllegalArgumentException if a queue cannot have such a name or so few slots; then no
   *     queue begins
   * @throws IllegalStateException if this node works one of them already, or is closed; then no
   *     queue begins
   */
  void work(Map<String, Integer> slots);

  /**
   * Changes the number of jobs of a queue that this node runs at once. Returns at once and
   * interrupts no run. New slots are filled at once. Slots beyond the new number fall away as their
   * runs end; until then no other job of the queue begins here. Jobs that were claimed ahead and
   * find no slot go back after 500 ms, and use up no attempt.
   *
   * @param slots 1 at least
   * @throws IllegalArgumentException if {@code slots} is less than 1
   * @throws IllegalStateException if this node does not work the queue, or is closed
   */
  void resize(String queue, int slots);

  /**
   * Claims no more jobs of a queue on this node; other nodes go on. Runs go on to their end. Jobs
   * that were claimed and have not begun go back at once, and use up no attempt. A job that an open
   * transaction has enqueued and claimed here goes back when the transaction commits. This method
   * waits at most 5 s for a claim that is under way; the jobs of a slower claim go back when they
   * arrive. {@link #work} begins the queue again, even while earlier runs go on: these take slots
   * as any other run.
   *
   * <p>Does nothing if this node does not work the queue. Stopping {@link JobControl#QUEUE} leaves
   * redrives, drains and the rest of {@link #cancel(Tx, long)} to other nodes; stopping {@code
   * dev.everbrook.engine.answer.Answers.QUEUE} leaves them new answers. Both queues stay stopped
   * until {@link #work} names them.
   */
  void stop(String queue);

  /**
   * Enqueues in the caller's transaction: the job exists if and only if that commits. If this node
   * has a free slot, no job of the queue waits, and no limit applies, the job is claimed in the
   * same transaction and runs as soon as that has committed.
   *
   * @return the job's id, or the id of the job with the same dedupe key
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
   *
   * @throws IllegalStateException inside {@code Database.tx} of the same thread
   */
  long enqueue(NewJob job);

  /**
   * Enqueues a job of a type for its queue, in a transaction of its own. For further options,
   * enqueue a {@link JobType#job} with the withers of {@link NewJob}, and make the handle of its
   * id.
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

  /** The handle of a job that was enqueued before, on any node; without a query. */
  default <R> JobHandle<R> handleOf(long job, JobType<?, R> type) {
    return new JobHandle<>(this, type, job);
  }

  /**
   * Waits until a job has ended, on any node. The end of a job that ran on this node is seen at
   * once, the end of another job after 250 ms at most (after a second when many wait or the
   * database is slow). A job whose transaction has not committed does not exist yet; the wait goes
   * on until it commits and the job has ended, or the time is over. While the database is away, no
   * end is seen.
   *
   * @param most the longest wait; above ten years it counts as ten years
   * @throws TimeoutException if the job has not ended in time, or there is no such job: its
   *     transaction has not committed, or the history has dropped it
   * @throws IllegalStateException if {@value #AWAITED_MAX} jobs are awaited on this node already,
   *     or the node closes
   */
  JobEnd awaitEnd(long job, Duration most) throws InterruptedException, TimeoutException;

  /** As {@link #enqueue(Tx, NewJob)}, and returns the effect of the job's dedupe key as well. */
  Enqueued offer(Tx tx, NewJob job);

  /**
   * Enqueues many jobs in the caller's transaction, a thousand with a statement, or fewer if their
   * payloads are long.
   *
   * @param jobs at most 100,000, without dedupe keys
   * @return their ids, in the same order
   * @throws IllegalArgumentException if there are more, or one has a dedupe key
   */
  List<Long> enqueueAll(Tx tx, List<NewJob> jobs);

  /**
   * As {@link #enqueueAll}, for jobs that may have dedupe keys. The result is that of {@link
   * #offer} for each job in turn, at a fraction of the cost.
   *
   * @param jobs at most 100,000
   * @return the result for each job, in the same order
   * @throws IllegalArgumentException if there are more
   */
  List<Enqueued> offerAll(Tx tx, List<NewJob> jobs);

  /**
   * Enqueues in a transaction that all callers of the same moment share, at the cost of one commit.
   * The job is durable when the future completes. Blocks while 10,000 other jobs, or 32 Mi
   * characters of payloads, wait to be written.
   *
   * @param job without a dedupe key
   * @return the job's id. The future fails with {@link dev.everbrook.engine.store.StoreFailure},
   *     and then it is unknown whether the job exists, unless the failure says that it was rolled
   *     back; it fails with {@link IllegalStateException} if the node closes
   * @throws IllegalArgumentException if the job has a dedupe key
   */
  CompletableFuture<Long> enqueueAsync(NewJob job) throws InterruptedException;

  /**
   * Enqueues a job and the whole tree of its children in the caller's transaction. The job runs
   * when its children have ended. The tree has at most 1,000 jobs.
   *
   * @return the parent's id; {@link Run#children} reads the ends of its children
   * @throws IllegalArgumentException if there is no child, a job of the tree has a dedupe key, or
   *     the tree has more jobs
   */
  long enqueue(Tx tx, NewJob parent, List<Child> children);

  /**
   * Cancels a job on any node, and the jobs it waits for. A running job is asked to stop and ends
   * when its handler does; a waiting job is ended at once. Idempotent.
   *
   * @return whether there was such a job that had not ended
   * @throws IllegalStateException inside {@code Database.tx} of the same thread
   */
  boolean cancel(long job);

  /**
   * As {@link #cancel(long)}, in the caller's transaction: the job is cancelled if and only if that
   * commits, and stopped and ended after that. Jobs below it whose rows others hold at that moment
   * are cancelled after the commit by a job of the queue {@link JobControl#QUEUE}. Commit soon: the
   * rows of the job and of the jobs it waits for are locked until then, and their ends wait.
   */
  boolean cancel(Tx tx, long job);

  /**
   * As {@link #cancel(Tx, long)}, in a transaction that the caller commits. A running job is asked
   * to stop about a second after the commit.
   */
  default boolean cancel(Connection connection, long job) {
    return cancel(Tx.joining(connection), job);
  }

  /** The list of all jobs, live and ended. */
  JobList list();

  /** The operator's actions on jobs. */
  JobControl control();

  /** The limits and closings of lanes. */
  Lanes lanes();

  /** The operator's view of the queues, their limits and pauses. */
  Queues queues();

  /** The workers in other processes. */
  RemoteWorkers remoteWorkers();

  /** The number of jobs on this node: running, claimed ahead, or with an unwritten end. */
  int running();
}
