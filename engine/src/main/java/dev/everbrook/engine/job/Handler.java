package dev.everbrook.engine.job;

/**
 * Does the work of one kind of job. One instance serves all jobs of the kind, on many threads.
 *
 * <p>A job may run more than once (a node can die after the work was done and before that was
 * recorded), so what a handler does must bear repeating.
 */
public interface Handler {

  /**
   * Runs on a virtual thread of its own. An exception, checked or not, counts as {@link
   * Outcome.Failed} that is worth retrying; {@link RetryAfter} says when, and {@link NonRetryable}
   * that another attempt would not help. When the run is asked to stop, the thread is interrupted,
   * unless the handler gave {@link Run#onStop} a better way.
   */
  Outcome run(Run run) throws Exception;

  /**
   * Called before a job ends otherwise than by {@link Outcome.Done}: because the handler said so,
   * because it was cancelled or its deadline passed while it waited, or because all its attempts
   * died with their nodes. Leaves behind what the end of such a job requires; only after it returns
   * is the job finished. Must bear repeating, and that the handler has seen to it already: it is
   * called again after an exception. It is not interrupted, and so must come to an end by itself.
   *
   * @param how {@link Ended#CANCELLED} or {@link Ended#FAILED}
   */
  default void ended(Run run, Ended how, String reason) throws Exception {}
}
