package dev.everbrook.engine.world;

import java.time.Duration;

/**
 * How a loop fares.
 *
 * @param name what it does, such as {@code flush}
 * @param sinceStep how long ago its last step ended well, or the loop began
 * @param failingFor how long its steps have been failing; zero while they work
 * @param failures how many steps have failed in a row
 * @param failure what the last of them threw; empty while they work
 * @param byError whether that was an {@link Error}, such as one for want of memory
 */
public record LoopHealth(
    String name,
    State state,
    Duration sinceStep,
    Duration failingFor,
    int failures,
    String failure,
    boolean byError) {

  /** How long Errors may come one after another before the loop counts as beyond help. */
  public static final Duration ERRORS_MAX = Duration.ofSeconds(30);

  /** What a loop is doing. */
  public enum State {
    /** Its last step went well, or the first is under way. */
    WORKING,
    /** Its last step failed; it is tried again every 2 s at least. */
    FAILING,
    /** Its thread has ended though nobody closed it. */
    DEAD
  }

  /**
   * Whether only a new process can help: the loop is dead, or has met nothing but Errors for {@link
   * #ERRORS_MAX}. A failure of the database is none of these.
   */
  public boolean isBeyondHelp() {
    return state == State.DEAD || byError && failingFor.compareTo(ERRORS_MAX) >= 0;
  }
}
