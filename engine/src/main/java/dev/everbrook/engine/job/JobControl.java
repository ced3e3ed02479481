package dev.everbrook.engine.job;

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
 */
public interface JobControl {

  /** The queue of the engine's own jobs for its operator. */
  String QUEUE = "everbrook";

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

  /**
   * Lets a delayed job begin at once. Idempotent: a job that does not wait for its time stays as it
   * is.
   *
   * @return the state it has then; nothing if there is no such job
   */
  Optional<JobState> runNow(long job);

  /**
   * Retries all jobs that fit and have ended until now, in the background. Jobs of {@link #QUEUE}
   * are left out, since a stopped operation must not begin again by itself: see {@link #retry}.
   *
   * @param filter whose state is {@link JobState#FAILED} or {@link JobState#CANCELLED}
   * @return the job that does it
   */
  long redrive(JobFilter filter);

  /**
   * Cancels all jobs of a queue that were enqueued until now and wait, in the background; running
   * jobs go on. A paused queue is drained too.
   *
   * @return the job that does it
   */
  long drain(String queue);
}
