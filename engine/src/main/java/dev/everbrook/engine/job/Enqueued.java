package dev.everbrook.engine.job;

/**
 * The result of enqueueing a job.
 *
 * @param job its id, or the id of the job with the same dedupe key
 */
public record Enqueued(long job, Fate fate) {

  /** The effect of its dedupe key. */
  public enum Fate {
    /** A new job: it waits, or runs. */
    NEW,
    /** A job with its key exists and stays as it is. */
    REJECTED,
    /** A job with its key exists, and now has its payload. */
    REPLACED,
    /**
     * A job with its key runs, or is about to fail; the new job is blocked until that has ended.
     */
    FOLLOWS
  }
}
