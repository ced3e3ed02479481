package dev.everbrook.engine.text;

/** The beginning of a text, for a quotation in a message or for display. */
public final class Excerpt {

  /** The longest excerpt that is quoted in a message, in characters. */
  private static final int QUOTED_MAX = 100;

  /** The longest reason of a failure, in characters. */
  public static final int REASON_MAX = 10_000;

  private Excerpt() {}

  /** At most 100 characters, for a quotation in a message. */
  public static String of(String text) {
    return of(text, QUOTED_MAX);
  }

  /** At most {@value #REASON_MAX} characters, for the failure reason of a job. */
  public static String reason(String text) {
    return of(text, REASON_MAX);
  }

  /** Whether the text has a lone surrogate, which UTF-8 and therefore the database cannot hold. */
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
