package dev.everbrook.engine.job;

/** Texts of others where they are quoted, or kept for people: never longer than that is of use. */
final class Shown {

  /** The longest that is quoted in what is told, in characters. */
  private static final int QUOTED_MAX = 100;

  /** The longest reason why a job did not end well, in characters. */
  static final int REASON_MAX = 10_000;

  private Shown() {}

  /** As it is quoted in what is told. */
  static String cut(String text) {
    return cut(text, QUOTED_MAX);
  }

  /** As it is kept with a job. */
  static String reason(String text) {
    return cut(text, REASON_MAX);
  }

  /** Whether it has a half of a surrogate pair, which UTF-8 and so the database cannot hold. */
  static boolean isBroken(String text) {
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

  /** Never within a character. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}
