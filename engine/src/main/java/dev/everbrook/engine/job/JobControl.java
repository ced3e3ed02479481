package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an operator does with jobs, beside {@link Jobs#cancel}: with one job at once, with many in
 * the background. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 *
 * <p>An operation on many jobs is a job itself, of the queue {@link #QUEUE}, which every working
 * node claims. It goes on after the death of its node, can be cancelled, and its result says what
 * it did: {@code {"jobs":1200,"looks":7}}.
 *
 * <p>With a {@link Tx} or a connection, a method takes part in the caller's transaction: what it
 * does is done if and only if that commits. Where the caller commits a connection, this node and
 * the others see the change some milliseconds after the commit, by looking.
 */
public interface JobControl {

  /** The queue of the engine's own jobs for its operator. */
  String QUEUE = "everbrook";

  /** Is told how far one run of an operation has come. */
  @FunctionalInterface
  interface Progress {

    /**
     * Called by the run itself, after each of its transactions.
     *
     * @param jobs how many jobs were changed so far, by earlier runs too
     */
    void changed(long jobs) throws InterruptedException;
  }

  /**
   * Reports the progress of an operation to the {@link Progress} that {@code reporter} returns for
   * its run, instead of the log.
   */
  void report(Function<Run, Progress> reporter);

  /**
   * Puts a job that failed or was cancelled back into its queue, ready, under the same id, with all
   * its attempts and all its time before it. It no longer has a dedupe key. Its former children are
   * not waited for again, and {@link Run#children} returns those that had ended by then. A parent
   * that waited for it has learnt of its end and is not told again. Idempotent: a job that is in
   * its queue already stays as it is.
   *
   * @return the state it has then: {@link JobState#DONE} for a job with nothing to retry; nothing
   *     if there is no such job
   */
  Optional<JobState> retry(long job);

  /** As {@link #retry(long)}, in the caller's transaction. */
  Optional<JobState> retry(Tx tx, long job);

  /** As {@link #retry(long)}, in a transaction that the caller commits. */
  default Optional<JobState> retry(Connection connection, long job) {
    return retry(Tx.joining(connection), job);
  }

  /**
   * Lets a delayed job begin at once. Idempotent: a job that does not wait for its time stays as it
   * is.
   *
   * @return the state it has then; nothing if there is no such job
   */
  Optional<JobState> runNow(long job);

  /** As {@link #runNow(long)}, in the caller's transaction. */
  Optional<JobState> runNow(Tx tx, long job);

  /** As {@link #runNow(long)}, in a transaction that the caller commits. */
  default Optional<JobState> runNow(Connection connection, long job) {
    return runNow(Tx.joining(connection), job);
  }

  /**
   * Retries all jobs that fit and have ended until now, in the background. Jobs of {@link #QUEUE}
   * are left out, since a stopped operation must not begin again by itself: see {@link #retry}.
   *
   * @param filter whose state is {@link JobState#FAILED} or {@link JobState#CANCELLED}
   * @return the job that does it
   */
  long redrive(JobFilter filter);

  /** As {@link #redrive(JobFilter)}, in the caller's transaction. */
  long redrive(Tx tx, JobFilter filter);

  /** As {@link #redrive(JobFilter)}, in a transaction that the caller commits. */
  default long redrive(Connection connection, JobFilter filter) {
    return redrive(Tx.joining(connection), filter);
  }

  /**
   * Cancels all jobs of a queue that were enqueued until now and wait, in the background; running
   * jobs go on. A paused queue is drained too.
   *
   * @return the job that does it
   */
  long drain(String queue);

  /** As {@link #drain(String)}, in the caller's transaction. */
  long drain(Tx tx, String queue);

  /** As {@link #drain(String)}, in a transaction that the caller commits. */
  default long drain(Connection connection, String queue) {
    return drain(Tx.joining(connection), queue);
  }
}
