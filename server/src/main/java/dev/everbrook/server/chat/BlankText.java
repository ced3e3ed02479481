package dev.everbrook.server.chat;

import java.util.regex.Pattern;

/** Decides whether a text shows nothing at all, by the same rule as the page's {@code blank.ts}. */
public final class BlankText {

  /** White space, separators, controls, format characters, and invisible letters. */
  private static final Pattern BLANK =
      Pattern.compile(
          "[\\s\\p{Z}\\p{Cc}\\p{Cf}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164"
              + "\\uFE00-\\uFE0F\\uFFA0]*");

  private BlankText() {}

  /** Whether a text is blank; an empty text is. */
  public static boolean is(String text) {
    return BLANK.matcher(text).matches();
  }
}
