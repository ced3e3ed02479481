package dev.everbrook.server.chat;

import java.util.regex.Pattern;

/** Whether a text shows nothing at all; the page's {@code blank.ts} decides alike. */
public final class BlankText {

  /** White space, separators, controls, format characters, and letters that have no ink. */
  private static final Pattern BLANK =
      Pattern.compile(
          "[\\s\\p{Z}\\p{Cc}\\p{Cf}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164"
              + "\\uFE00-\\uFE0F\\uFFA0]*");

  private BlankText() {}

  /** An empty text is blank. */
  public static boolean is(String text) {
    return BLANK.matcher(text).matches();
  }
}
