package dev.everbrook.engine.answer;

/**
 * Makes what a provider sends fit to be stored: a pair of surrogates that was split over two pieces
 * is put together, one without its partner and the character 0, which PostgreSQL's text cannot
 * hold, become U+FFFD. Used by one thread.
 */
final class Ingest {

  private static final char REPLACEMENT = '\uFFFD';

  private char held;

  /** The piece as it may be stored; may be empty while its last character waits for its partner. */
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

  /** A text that comes in one. */
  static String whole(String text) {
    Ingest ingest = new Ingest();
    return ingest.clean(text) + ingest.rest();
  }

  /** What is still held when nothing follows. */
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
