package dev.everbrook.engine.text;

/** The beginning of a text that is quoted in a message or kept for people. */
public final class Excerpt {

  /** The longest excerpt that is quoted in a message, in characters. */
  private static final int QUOTED_MAX = 100;

  /** The longest reason of a failure, in characters. */
  public static final int REASON_MAX = 10_000;

  private Excerpt() {}

  /** At most 100 characters, as a message quotes them. */
  public static String of(String text) {
    return of(text, QUOTED_MAX);
  }

  /** At most {@value #REASON_MAX} characters, as they are kept with a job. */
  public static String reason(String text) {
    return of(text, REASON_MAX);
  }

  /** Whether the text has half a surrogate pair, which UTF-8 and so the database cannot hold. */
  public static boolean isBroken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : 0)) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /**
   * The text itself if it is short enough, otherwise its beginning and an ellipsis. A surrogate
   * pair is never cut in two.
   *
   * @param most the longest beginning, in characters
   */
  public static String of(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}
