package dev.everbrook.engine.stream;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The media type of what a channel holds, such as {@code application/json; charset=utf-8}. Kept as
 * it was given and compared without its parameters and without regard to case.
 *
 * @param text at most 255 characters of ASCII
 */
public record ContentType(String text) {

  private static final int LENGTH_MAX = 255;
  private static final Pattern FORM =
      Pattern.compile("[\\w!#$&^.+-]+/[\\w!#$&^.+*-]+\\s*(;[\\x20-\\x7e\\t]*)?");

  /** What holds where nothing is said. */
  public static final ContentType BYTES = new ContentType("application/octet-stream");

  public ContentType {
    if (text.length() > LENGTH_MAX || !FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a content type must look like text/plain and have at most 255 characters");
    }
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
