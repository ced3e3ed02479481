package dev.everbrook.engine.job;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * An enqueued job whose result has a type. It holds only the job's id and type, so {@link
 * Jobs#handleOf} makes it again on any node, at any time. Safe for use by many threads.
 *
 * @param <R> the type of the result
 */
public final class JobHandle<R> {

  private final Jobs jobs;
  private final JobType<?, R> type;
  private final long job;

  JobHandle(Jobs jobs, JobType<?, R> type, long job) {
    this.jobs = jobs;
    this.type = type;
    this.job = job;
  }

  /** The job's id. */
  public long job() {
    return job;
  }

  /**
   * Waits until the job has ended, as {@link Jobs#awaitEnd} does, and returns its result.
   *
   * @return null only if the result's type is {@link Void}
   * @throws JobFailed if the job failed or was cancelled
   * @throws NonRetryable if the job's result is not of this type
   * @throws TimeoutException if the job has not ended in time; it goes on
   */
  public R await(Duration most) throws InterruptedException, TimeoutException {
    JobEnd end = jobs.awaitEnd(job, most);
    if (end.how() != Ended.DONE) {
      throw new JobFailed(end);
    }
    return type.resultOf(end.result());
  }

  /** Cancels the job: see {@link Jobs#cancel(long)}. */
  public boolean cancel() {
    return jobs.cancel(job);
  }

  @Override
  public String toString() {
    return type.kind() + " " + job;
  }
}
