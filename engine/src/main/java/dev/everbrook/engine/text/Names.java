package dev.everbrook.engine.text;

/** The rule for user-chosen names of queues, kinds, lanes, workers and schedules. */
public final class Names {

  /** The longest name, in characters. */
  public static final int MAX = 100;

  private Names() {}

  /** Whether the text is short enough and has neither control characters nor a lone surrogate. */
  public static boolean isName(String text, int most) {
    return text.length() <= most
        && text.chars().noneMatch(Character::isISOControl)
        && !Excerpt.isBroken(text);
  }

  /**
   * Refuses a name that is blank, longer than {@value #MAX} characters, or has control characters.
   *
   * @param what the named thing, such as {@code a job's queue}
   * @throws IllegalArgumentException if the name is refused
   */
  public static void check(String what, String name) {
    if (name.isBlank() || !isName(name, MAX)) {
      throw new IllegalArgumentException(
          what
              + " must have 1 to "
              + MAX
              + " characters and no control characters, was '"
              + Excerpt.of(name)
              + "'");
    }
  }
}
