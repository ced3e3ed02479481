package dev.everbrook.architecture;

/**
 * Java text with comments, or comments and the insides of strings, replaced by blanks of the same
 * length: what is said about code is not done by it. Knows strings, text blocks and characters.
 */
final class Blanked {
  private final String text;
  private final boolean stringsToo;
  private final StringBuilder out;
  private int at;

  private Blanked(String text, boolean stringsToo) {
    this.text = text;
    this.stringsToo = stringsToo;
    this.out = new StringBuilder(text.length());
  }

  static String withoutComments(String java) {
    return new Blanked(java, false).read();
  }

  static String withoutStrings(String java) {
    return new Blanked(java, true).read();
  }

  private String read() {
    while (at < text.length()) {
      if (text.startsWith("//", at)) {
        copy(indexOrEnd("\n"), true);
      } else if (text.startsWith("/*", at)) {
        copy(indexOrEnd("*/", 2) + 2, true);
      } else if (text.startsWith("\"\"\"", at)) {
        quoted("\"\"\"");
      } else if (text.charAt(at) == '"') {
        quoted("\"");
      } else if (text.charAt(at) == '\'') {
        quoted("'");
      } else {
        copy(at + 1, false);
      }
    }
    return out.toString();
  }

  private void quoted(String mark) {
    copy(at + mark.length(), false);
    while (at < text.length() && !text.startsWith(mark, at)) {
      copy(text.charAt(at) == '\\' ? at + 2 : at + 1, stringsToo);
    }
    copy(at + mark.length(), false);
  }

  private void copy(int end, boolean blank) {
    for (; at < Math.min(end, text.length()); at++) {
      char c = text.charAt(at);
      out.append(blank && c != '\n' ? ' ' : c);
    }
  }

  private int indexOrEnd(String mark) {
    return indexOrEnd(mark, 0);
  }

  private int indexOrEnd(String mark, int skip) {
    int index = text.indexOf(mark, at + skip);
    return index < 0 ? text.length() : index;
  }
}
