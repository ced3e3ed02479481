package dev.everbrook.engine.job;

/**
 * What became of a job that was enqueued.
 *
 * @param job its id, or that of the job with the same dedupe key
 */
public record Enqueued(long job, Fate fate) {

  /** What its dedupe key made of it. */
  public enum Fate {
    /** It waits, or runs. */
    NEW,
    /** Another with its key was there and stays as it is. */
    REJECTED,
    /** Another with its key was there, and has its payload now. */
    REPLACED,
    /** Another with its key runs, or is about to fail; this one is blocked until that has ended. */
    FOLLOWS
  }
}
