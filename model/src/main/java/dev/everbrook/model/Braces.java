package dev.everbrook.model;

/**
 * Follows JSON text, piece by piece, to where its outermost object or array ends. Does not check
 * it. For one thread.
 */
final class Braces {

  private int depth;
  private boolean begun;
  private boolean quoted;
  private boolean escaped;
  private char last = ':';

  /** Reads on; whether this character ends an outermost object or array. */
  boolean endWith(char c) {
    if (c > ' ') {
      last = c;
    }
    if (escaped) {
      escaped = false;
    } else if (quoted) {
      escaped = c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      begun = true;
      depth++;
    } else if ((c == '}' || c == ']') && depth > 0) {
      return --depth == 0;
    }
    return false;
  }

  /** Whether an object or array may begin here: within a string, or where a value stands. */
  boolean mayOpen() {
    return quoted || last == ':' || last == ',' || last == '[';
  }

  /** Whether a line may go on with what is open: any in a string, else one that is JSON. */
  boolean goOnWith(String line) {
    String bare = line.strip();
    boolean json = !bare.isEmpty() && "{}[],:\"".indexOf(bare.charAt(0)) >= 0;
    return begun && depth > 0 && (quoted || json);
  }

  void add(CharSequence piece) {
    for (int i = 0; i < piece.length(); i++) {
      endWith(piece.charAt(i));
    }
  }

  /** Whether an object or array has begun and none is open. */
  boolean areClosed() {
    return begun && depth == 0 && !quoted;
  }
}
