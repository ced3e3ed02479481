package dev.everbrook.engine.job;

/** The operator's view of a queue: its limits and its counts of jobs. */
public record QueueView(String name, boolean paused, QueueLimits limits, Counts counts) {

  /** A queue without limits that has had no job yet. */
  public static QueueView unused(String name) {
    return new QueueView(name, false, QueueLimits.NONE, new Counts(name, 0, 0, 0, 0, 0, 0, 0));
  }

  /**
   * The number of a queue's jobs in each live state, and of all its jobs so far by outcome.
   *
   * @param ready jobs that may begin, if limits and free slots allow it
   * @param delayed jobs that wait for their time
   * @param blocked jobs that wait for their children, or for the job that they follow
   */
  public record Counts(
      String queue,
      long ready,
      long delayed,
      long blocked,
      long running,
      long done,
      long failed,
      long cancelled) {}
}
