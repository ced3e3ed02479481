package dev.everbrook.server.api.events;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Each event in its stored form, with its number as {@code id} and as {@code seq}. */
enum EventsDialect implements Dialect {
  INSTANCE;

  private static final int FRAME_BYTES = 48;

  @Override
  public byte[] frames(Entries entries, boolean upToDate) {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream((int) entries.bytes() + entries.events().size() * FRAME_BYTES);
    long seq = entries.first();
    for (byte[] event : entries.events()) {
      frame(seq, numbered(seq, event), out);
      seq++;
    }
    return out.toByteArray();
  }

  static void frame(long seq, byte[] data, ByteArrayOutputStream out) {
    out.writeBytes(ascii("id: " + seq + "\ndata: "));
    out.writeBytes(data);
    out.writeBytes(ascii("\n\n"));
  }

  /** The stored JSON object with its number as the first field. */
  static byte[] numbered(long seq, byte[] event) {
    byte[] head = ascii("{\"seq\":" + seq + ",");
    byte[] numbered = new byte[head.length + event.length - 1];
    System.arraycopy(head, 0, numbered, 0, head.length);
    System.arraycopy(event, 1, numbered, head.length, event.length - 1);
    return numbered;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
