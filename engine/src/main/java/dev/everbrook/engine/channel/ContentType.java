package dev.everbrook.engine.channel;

import java.util.Locale;

/**
 * The media type of a channel's events, such as {@code application/json; charset=utf-8}. Its text
 * is kept; comparisons ignore parameters and case.
 *
 * @param text at most 255 characters of ASCII
 */
public record ContentType(String text) {

  private static final int LENGTH_MAX = 255;

  /** The default. */
  public static final ContentType BYTES = new ContentType("application/octet-stream");

  public ContentType {
    if (text.length() > LENGTH_MAX || !isWellFormed(text)) {
      throw new IllegalArgumentException(
          "a content type must look like text/plain and have at most 255 characters");
    }
  }

  /** Written without a pattern, since it runs twice for each append. */
  private static boolean isWellFormed(String text) {
    int semicolon = text.indexOf(';');
    String type = (semicolon < 0 ? text : text.substring(0, semicolon)).stripTrailing();
    int slash = type.indexOf('/');
    return slash > 0
        && slash < type.length() - 1
        && type.chars().filter(it -> it == '/').count() == 1
        && type.chars().allMatch(it -> it == '/' || isTokenCharacter(it))
        && text.chars().allMatch(it -> it >= ' ' && it < 0x7F);
  }

  /** A token character of RFC 9110 §5.6.2. */
  private static boolean isTokenCharacter(int it) {
    return it >= '0' && it <= '9'
        || it >= 'a' && it <= 'z'
        || it >= 'A' && it <= 'Z'
        || "!#$%&'*+-.^_`|~".indexOf(it) >= 0;
  }

  /** The type alone, in lower case. */
  public String essence() {
    int semicolon = text.indexOf(';');
    return (semicolon < 0 ? text : text.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  /** Whether a channel of one type may hold events of the other. */
  public boolean isLike(ContentType other) {
    return essence().equals(other.essence());
  }

  /** Whether each event is a JSON value. */
  public boolean isJson() {
    return essence().equals("application/json");
  }

  /** Whether events can be shown as text. */
  public boolean isText() {
    return isJson() || essence().startsWith("text/");
  }
}
