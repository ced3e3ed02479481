package dev.everbrook.engine.channel;

import java.util.Locale;

/**
 * The media type of what a channel holds, such as {@code application/json; charset=utf-8}. Kept as
 * it was given and compared without its parameters and without regard to case.
 *
 * @param text at most 255 characters of ASCII
 */
public record ContentType(String text) {

  private static final int LENGTH_MAX = 255;

  /** What holds where nothing is said. */
  public static final ContentType BYTES = new ContentType("application/octet-stream");

  public ContentType {
    if (text.length() > LENGTH_MAX || !isWellFormed(text)) {
      throw new IllegalArgumentException(
          "a content type must look like text/plain and have at most 255 characters");
    }
  }

  /** By hand, since it is asked twice for each append. */
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

  /** As RFC 9110 §5.6.2 has it. */
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

  /** Whether events of one type may stand in a channel of the other. */
  public boolean isLike(ContentType other) {
    return essence().equals(other.essence());
  }

  /** Whether each event is a value of JSON. */
  public boolean isJson() {
    return essence().equals("application/json");
  }

  /** Whether events can be shown as text. */
  public boolean isText() {
    return isJson() || essence().startsWith("text/");
  }
}
