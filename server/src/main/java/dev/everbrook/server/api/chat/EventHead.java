package dev.everbrook.server.api.chat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The beginning of a kind of event's JSON, which identifies the kind without parsing. */
final class EventHead {

  private final byte[] bytes;

  EventHead(String ascii) {
    bytes = ascii.getBytes(StandardCharsets.US_ASCII);
  }

  boolean begins(byte[] event) {
    return event.length > bytes.length
        && Arrays.equals(event, 0, bytes.length, bytes, 0, bytes.length);
  }

  boolean is(byte[] event) {
    return Arrays.equals(event, bytes);
  }

  /** Writes the event without its head. */
  void writeRest(byte[] event, ByteArrayOutputStream out) {
    out.write(event, bytes.length, event.length - bytes.length);
  }
}
