package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.server.http.HttpFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Turns bodies into events: each JSON message is one event, and a body of bytes is one event. */
final class EventBodies {

  private static final int CHARACTER_BYTES_MAX = 4;

  private EventBodies() {}

  /** The events of a body; a body of bytes that is too long for one event becomes several. */
  static List<byte[]> events(ContentType type, byte[] body) {
    if (body.length == 0) {
      return List.of();
    }
    return type.isJson() ? messages(body) : pieces(body, type.isText());
  }

  private static List<byte[]> messages(byte[] body) {
    List<byte[]> messages = JsonMessages.of(body);
    for (byte[] message : messages) {
      if (message.length > StreamWriter.EVENT_BYTES_MAX) {
        throw new HttpFailure(
            413, "A message of JSON may have at most " + StreamWriter.EVENT_BYTES_MAX + " bytes.");
      }
    }
    return messages;
  }

  private static List<byte[]> pieces(byte[] body, boolean isText) {
    if (body.length <= StreamWriter.EVENT_BYTES_MAX) {
      return List.of(body);
    }
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    while (from < body.length) {
      int to = Math.min(body.length, from + StreamWriter.EVENT_BYTES_MAX);
      to = isText && to < body.length ? between(body, to) : to;
      pieces.add(Arrays.copyOfRange(body, from, to));
      from = to;
    }
    return pieces;
  }

  /**
   * The last place up to {@code at} that splits neither a UTF-8 character nor a line end, since
   * each piece is shown separately. Text that is not valid UTF-8 is cut at {@code at}.
   */
  private static int between(byte[] text, int at) {
    for (int cut = at; cut > at - CHARACTER_BYTES_MAX; cut--) {
      boolean within = (text[cut] & 0xC0) == 0x80;
      boolean atLineFeed = text[cut] == '\n' && text[cut - 1] == '\r';
      if (!within && !atLineFeed) {
        return cut;
      }
    }
    return at;
  }

  /** The body for these events. */
  static byte[] body(ContentType type, List<byte[]> events) {
    return type.isJson() ? JsonMessages.array(events) : joined(events);
  }

  private static byte[] joined(List<byte[]> events) {
    if (events.size() == 1) {
      return events.getFirst();
    }
    int size = 0;
    for (byte[] event : events) {
      size += event.length;
    }
    byte[] joined = new byte[size];
    int at = 0;
    for (byte[] event : events) {
      System.arraycopy(event, 0, joined, at, event.length);
      at += event.length;
    }
    return joined;
  }
}
