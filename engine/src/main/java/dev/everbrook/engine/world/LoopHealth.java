package dev.everbrook.engine.world;

import java.time.Duration;

/**
 * The health of a loop.
 *
 * @param name the loop's name, such as {@code flush}
 * @param sinceStep the time since its last successful step, or since the loop began
 * @param failingFor the time since its steps began to fail; zero while they work
 * @param failures the number of failed steps in a row
 * @param failure the exception of the last failed step; empty while they work
 * @param byError whether that exception was an {@link Error}, such as an OutOfMemoryError
 */
public record LoopHealth(
    String name,
    State state,
    Duration sinceStep,
    Duration failingFor,
    int failures,
    String failure,
    boolean byError) {

  /** The longest time of Errors alone before the loop counts as beyond help. */
  public static final Duration ERRORS_MAX = Duration.ofSeconds(30);

  /** The state of a loop. */
  public enum State {
    /** Its last step succeeded, or the first is under way. */
    WORKING,
    /** Its last step failed; it is tried again every 2 s at least. */
    FAILING,
    /** Its thread has ended though the loop was not closed. */
    DEAD
  }

  /**
   * Whether only a new process can help: the loop is dead, or every step for {@link #ERRORS_MAX}
   * has failed with an Error. A failure of the database does not count.
   */
  public boolean isBeyondHelp() {
    return state == State.DEAD || byError && failingFor.compareTo(ERRORS_MAX) >= 0;
  }
}
