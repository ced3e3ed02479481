package dev.everbrook.engine.job;

/** A queue as its operator sees it: its limits, and how many jobs it has. */
public record QueueView(String name, boolean paused, QueueLimits limits, Counts counts) {

  /** A queue without limits that has had no job yet. */
  public static QueueView unused(String name) {
    return new QueueView(name, false, QueueLimits.NONE, new Counts(name, 0, 0, 0, 0, 0, 0, 0));
  }

  /**
   * How many jobs a queue has in each state, and how many ended in each way since it exists.
   *
   * @param ready may begin, if limits and free slots allow
   * @param delayed wait for their time
   * @param blocked wait for their children
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
