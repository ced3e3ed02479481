package dev.everbrook.engine.text;

/**
 * Makes text from outside safe for a log: one line, without characters that move a terminal's
 * cursor, change its colours or reverse the direction of the text. These are shown as escapes,
 * {@code \n} or {@code \}{@code u001b}.
 */
public final class OneLine {

  private OneLine() {}

  /** The safe text of any value. */
  public static String of(Object value) {
    String text = String.valueOf(value);
    int at = 0;
    while (at < text.length() && isPlain(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at == text.length() ? text : escaped(text, at);
  }

  private static String escaped(String text, int from) {
    StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, from);
    text.substring(from)
        .codePoints()
        .forEach(each -> {
          if (isPlain(each)) {
            out.appendCodePoint(each);
          } else {
            escape(out, each);
          }
        });
    return out.toString();
  }

  private static void escape(StringBuilder out, int codePoint) {
    switch (codePoint) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        for (char each : Character.toChars(codePoint)) {
          out.append("\\u%04x".formatted((int) each));
        }
      }
    }
  }

  private static boolean isPlain(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
