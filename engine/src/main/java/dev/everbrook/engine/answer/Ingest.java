package dev.everbrook.engine.answer;

/**
 * Makes a provider's text storable. A surrogate pair that was split over two pieces is joined. A
 * lone surrogate becomes U+FFFD, as does the character 0, which PostgreSQL's text cannot hold. Used
 * by one thread.
 */
final class Ingest {

  private static final char REPLACEMENT = '\uFFFD';

  private char held;

  /**
   * The storable form of the piece; may be empty while its last character waits for its partner.
   */
  String clean(String piece) {
    if (held == 0 && isClean(piece)) {
      return piece;
    }
    StringBuilder out = new StringBuilder(piece.length() + 1);
    for (int i = 0; i < piece.length(); i++) {
      next(piece.charAt(i), out);
    }
    return out.toString();
  }

  /** The storable form of a whole text. */
  static String whole(String text) {
    Ingest ingest = new Ingest();
    return ingest.clean(text) + ingest.rest();
  }

  /** The replacement for a surrogate that is still held at the end, or an empty string. */
  String rest() {
    boolean alone = held != 0;
    held = 0;
    return alone ? String.valueOf(REPLACEMENT) : "";
  }

  private void next(char c, StringBuilder out) {
    if (held != 0) {
      if (Character.isLowSurrogate(c)) {
        out.append(held).append(c);
        held = 0;
        return;
      }
      out.append(REPLACEMENT);
      held = 0;
    }
    if (Character.isHighSurrogate(c)) {
      held = c;
    } else {
      out.append(c == 0 || Character.isLowSurrogate(c) ? REPLACEMENT : c);
    }
  }

  private static boolean isClean(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
