package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Principal;
import java.nio.charset.StandardCharsets;

/**
 * The name of a channel. Two principals may use the same path for channels of their own.
 *
 * @param owner the only principal that can find it
 * @param path 1 to {@link #BYTES_MAX} bytes of UTF-8 without control characters
 */
public record ChannelName(Principal owner, String path) {

  /** The longest path, in bytes of UTF-8. */
  public static final int BYTES_MAX = 1_024;

  public ChannelName {
    if (!isPath(path)) {
      throw new IllegalArgumentException(
          "a channel's path must have 1 to " + BYTES_MAX + " bytes and no control characters");
    }
  }

  /** Whether the text is a valid path of a channel. */
  public static boolean isPath(String text) {
    return !text.isEmpty()
        && text.length() <= BYTES_MAX
        && text.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX
        && text.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
