package dev.everbrook.engine.job;

/**
 * Does the work of one kind of job. One instance serves all jobs of the kind, on many threads.
 *
 * <p>A job may run more than once: a node can die after the work was done and before that was
 * recorded. Hence the effects of a handler must bear repetition.
 */
public interface Handler {

  /**
   * Runs on a virtual thread of its own. An exception, checked or not, counts as {@link
   * Outcome.Failed} that is worth retrying. {@link RetryAfter} sets the time of the next attempt;
   * {@link NonRetryable} rules one out. When the run is asked to stop, the thread is interrupted,
   * unless the handler has registered an action with {@link Run#onStop}.
   */
  Outcome run(Run run) throws Exception;

  /**
   * Puts external state in order before a job ends as failed or cancelled: by its outcome, by a
   * cancellation or a deadline while it waited, or because all its attempts died with their nodes.
   * The job ends only after this method returns. After an exception it is called again, so it must
   * bear repetition, also when {@link #run} has done the same already. It is not interrupted, so it
   * must end by itself.
   *
   * @param how {@link Ended#CANCELLED} or {@link Ended#FAILED}
   */
  default void ended(Run run, Ended how, String reason) throws Exception {}
}
