package dev.everbrook.engine.job;

/** Thrown by a wait for the result of a job that failed or was cancelled. */
public final class JobFailed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long job;
  private final Ended how;

  JobFailed(JobEnd end) {
    super(
        "job "
            + end.job()
            + (end.how() == Ended.CANCELLED ? " was cancelled" : " failed: " + end.error()));
    this.job = end.job();
    this.how = end.how();
  }

  /** The job's id; {@link Jobs#list} has its error, attempts and times. */
  public long job() {
    return job;
  }

  /** {@link Ended#FAILED} or {@link Ended#CANCELLED}. */
  public Ended how() {
    return how;
  }
}
