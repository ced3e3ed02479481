package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.util.Optional;
import java.util.function.Function;

/**
 * The operator's actions on jobs, beside {@link Jobs#cancel}: on one job at once, on many in the
 * background. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 *
 * <p>An operation on many jobs is a job itself, of the queue {@link #QUEUE}, which every working
 * node claims. It goes on after the death of its node and can be cancelled. Its result counts the
 * changed jobs and the looks for them: {@code {"jobs":1200,"looks":7}}.
 *
 * <p>With a {@link Tx} or a connection, a method takes part in the caller's transaction: what it
 * does is done if and only if that commits. Where the caller commits a connection, nodes see the
 * change by polling, mostly within 250 ms, and remote workers within a second.
 */
public interface JobControl {

  /** The queue of the engine's own jobs for its operator. */
  String QUEUE = "everbrook";

  /** Receives the progress of one run of an operation. */
  @FunctionalInterface
  interface Progress {

    /**
     * Called by the run itself, after each of its transactions.
     *
     * @param jobs the number of jobs changed so far, by earlier runs too
     */
    void changed(long jobs) throws InterruptedException;
  }

  /**
   * Reports the progress of an operation to the {@link Progress} that {@code reporter} returns for
   * its run, instead of to the log. Replaces an earlier reporter.
   */
  void report(Function<Run, Progress> reporter);

  /**
   * Puts a failed or cancelled job back into its queue: ready, under the same id, with all its
   * attempts and its whole time. It no longer has a dedupe key. It does not wait for its former
   * children again, and {@link Run#children} returns the children that had ended by its own end.
   * Its parent has learnt of that end and is not told again. Idempotent: a job in its queue stays
   * as it is.
   *
   * @return its state afterwards, {@link JobState#DONE} if there is nothing to retry; empty if
   *     there is no such job
   */
  Optional<JobState> retry(long job);

  /** As {@link #retry(long)}, in the caller's transaction. */
  Optional<JobState> retry(Tx tx, long job);

  /** As {@link #retry(long)}, in a transaction that the caller commits. */
  default Optional<JobState> retry(Connection connection, long job) {
    return retry(Tx.joining(connection), job);
  }

  /**
   * Lets a delayed job begin at once. Idempotent: a job in another state stays as it is.
   *
   * @return its state afterwards; empty if there is no such job
   */
  Optional<JobState> runNow(long job);

  /** As {@link #runNow(long)}, in the caller's transaction. */
  Optional<JobState> runNow(Tx tx, long job);

  /** As {@link #runNow(long)}, in a transaction that the caller commits. */
  default Optional<JobState> runNow(Connection connection, long job) {
    return runNow(Tx.joining(connection), job);
  }

  /**
   * Retries all matching jobs that have ended until now, in the background. It skips jobs of {@link
   * #QUEUE}, since a stopped operation must not begin again by itself; {@link #retry} restarts one.
   *
   * @param filter its state must be {@link JobState#FAILED} or {@link JobState#CANCELLED}
   * @return the id of the job that retries them
   * @throws IllegalArgumentException if the filter has another state or none, names {@link #QUEUE},
   *     or has a {@code from} that is not in the past
   */
  long redrive(JobFilter filter);

  /** As {@link #redrive(JobFilter)}, in the caller's transaction. */
  long redrive(Tx tx, JobFilter filter);

  /** As {@link #redrive(JobFilter)}, in a transaction that the caller commits. */
  default long redrive(Connection connection, JobFilter filter) {
    return redrive(Tx.joining(connection), filter);
  }

  /**
   * Cancels all waiting jobs of a queue that were enqueued until now, in the background; running
   * jobs go on. A paused queue is drained too.
   *
   * @return the id of the job that cancels them
   * @throws IllegalArgumentException if a queue cannot have this name
   */
  long drain(String queue);

  /** As {@link #drain(String)}, in the caller's transaction. */
  long drain(Tx tx, String queue);

  /** As {@link #drain(String)}, in a transaction that the caller commits. */
  default long drain(Connection connection, String queue) {
    return drain(Tx.joining(connection), queue);
  }
}
