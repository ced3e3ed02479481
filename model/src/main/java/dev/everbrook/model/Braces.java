package dev.everbrook.model;

/**
 * Finds the end of the outermost object or array in JSON text that comes in pieces. Does not
 * validate the text. For one thread.
 */
final class Braces {

  private int depth;
  private boolean begun;
  private boolean quoted;
  private boolean escaped;
  private char last = ':';

  /** Reads the next character; returns whether it ends an outermost object or array. */
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

  /** Whether an object or array may begin here: within a string, or at the place of a value. */
  boolean mayOpen() {
    return quoted || last == ':' || last == ',' || last == '[';
  }

  /** Whether a line may continue the open text: any line within a string, otherwise only JSON. */
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
