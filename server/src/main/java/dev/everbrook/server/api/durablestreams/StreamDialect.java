package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.LongSupplier;

/**
 * A {@code data} event for each batch of the log, followed by a {@code control} event with the
 * reader's offset. One instance for each reader.
 *
 * <p>JSON and text are cut at every line break (LF, CR or CRLF), and each line becomes a data line
 * of the event. So appended data can neither end the event nor begin another.
 */
final class StreamDialect implements Dialect {

  private final ContentType type;
  private final LongSupplier cursors;
  private long next;
  private long cursor;

  /**
   * @param next the reader's first event
   * @param cursor the first cursor
   * @param cursors returns the current cursor
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

  /**
   * Writes the data lines; readers drop one space after the colon, so a line that begins with a
   * space gets another.
   */
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

  /** The control event for a reader that is up to date. */
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
