package dev.everbrook.engine.job;

/** Why something ended as it did: kept with the job, shown to whoever looks, and so bounded. */
final class Reason {

  /** The longest that is kept with a job, in UTF-16 units. */
  static final int LENGTH_MAX = 10_000;

  private Reason() {}

  static String of(String text) {
    return cut(text, LENGTH_MAX);
  }

  /** At most so many UTF-16 units from the beginning, and no half of a character. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean inside =
        Character.isHighSurrogate(text.charAt(most - 1))
            && Character.isLowSurrogate(text.charAt(most));
    return text.substring(0, inside ? most - 1 : most);
  }
}
