package dev.everbrook.server.http;

/** What a client sent, where it is quoted to that client: never so long that it is of no use. */
public final class Quoted {

  private static final int CHARACTERS_MAX = 100;

  private Quoted() {}

  /** Its beginning, not cut within a character. */
  public static String cut(String text) {
    return cut(text, CHARACTERS_MAX);
  }

  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "…";
  }
}
