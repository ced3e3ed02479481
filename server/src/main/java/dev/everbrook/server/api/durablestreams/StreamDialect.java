package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.LongSupplier;

/**
 * A {@code data} event for each batch of the log, and a {@code control} event behind it that says
 * where the reader stands. One for each reader.
 *
 * <p>What JSON and text hold is cut at every line break, whichever of the three it is, and each
 * line becomes one of the event: so nothing that was appended can end the event or begin another.
 */
final class StreamDialect implements Dialect {

  private final ContentType type;
  private final LongSupplier cursors;
  private long next;
  private long cursor;

  /**
   * @param next where the reader begins
   * @param cursor the first to give
   * @param cursors which stretch of time it is
   */
  StreamDialect(ContentType type, long next, long cursor, LongSupplier cursors) {
    this.type = type;
    this.next = next;
    this.cursor = cursor;
    this.cursors = cursors;
  }

  @Override
  public byte[] frames(Entries entries, boolean upToDate) {
    if (entries.isEmpty()) {
      return new byte[0];
    }
    next = entries.next();
    byte[] body = EventBodies.body(type, entries.events());
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + body.length / 2 + 160);
    out.writeBytes(ascii("event: data\n"));
    if (type.isText()) {
      lines(body, out);
    } else {
      out.writeBytes(ascii("data:"));
      out.writeBytes(Base64.getEncoder().encode(body));
      out.write('\n');
    }
    out.write('\n');
    out.writeBytes(control(upToDate));
    return out.toByteArray();
  }

  /** The reader takes one space away behind the colon, so a line that begins with one gets two. */
  private static void lines(byte[] body, ByteArrayOutputStream out) {
    int from = 0;
    while (from <= body.length) {
      int to = from;
      while (to < body.length && body[to] != '\n' && body[to] != '\r') {
        to++;
      }
      out.writeBytes(ascii(to > from && body[from] == ' ' ? "data: " : "data:"));
      out.write(body, from, to - from);
      out.write('\n');
      boolean pair = to + 1 < body.length && body[to] == '\r' && body[to + 1] == '\n';
      from = to + (pair ? 2 : 1);
    }
  }

  /** Where a reader stands that has had all there is. */
  byte[] opening() {
    return control(true);
  }

  private byte[] control(boolean upToDate) {
    cursor = Math.max(cursor, cursors.getAsLong());
    return ascii(
        "event: control\ndata:{\"streamNextOffset\":\""
            + Offset.text(next)
            + "\",\"streamCursor\":\""
            + cursor
            + "\""
            + (upToDate ? ",\"upToDate\":true" : "")
            + "}\n\n");
  }

  @Override
  public byte[] farewell() {
    return ascii(
        "event: control\ndata:{\"streamNextOffset\":\""
            + Offset.text(next)
            + "\",\"upToDate\":true,\"streamClosed\":true}\n\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
