package dev.everbrook.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2): bytes in, frames out.
 *
 * <p>It works on bytes and decodes a line only when it is complete, so a character split over two
 * reads stays whole, and only CR, LF and CRLF end a line (U+2028 does not). A CR ends its line at
 * once, without waiting for the LF that may follow: otherwise a live stream would be one byte late.
 * There are four departures from the standard. An event cut off by the end of the stream is
 * returned, marked as not whole, since some providers forget the last blank line. An event has a
 * bound. JSON in it may have line breaks. A line outside of any event that begins a JSON object or
 * array begins a document, which continues to the end of that value. All other lines are counted.
 *
 * <p>For one thread. Does not close its source.
 */
final class SseReader {

  /** The next frame of a server-sent event stream. */
  sealed interface Frame {

    /**
     * One event.
     *
     * @param name the value of its {@code event} field, empty if it had none
     * @param data its data lines, joined by line feeds
     * @param whole false if the stream ended before the blank line that closes an event: the data
     *     may be cut anywhere
     */
    record Event(String name, String data, boolean whole) implements Frame {}

    /**
     * A JSON object or array outside of any event's field: the reply of a provider that does not
     * stream, or a line of a provider that sends lines of JSON.
     *
     * @param whole false if the stream ended before its outermost brace was closed
     */
    record Document(String json, boolean whole) implements Frame {}

    /** An event exceeded the limit on its size; no further frame can be read. */
    record TooLong(int bytesMax) implements Frame {}

    /** The stream is over. */
    record End() implements Frame {}
  }

  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final int bytesMax;
  private final byte[] buffer = new byte[8192];
  private int position;
  private int limit;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private boolean firstLine = true;
  private boolean afterCr;

  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private String name = "";
  private int frameBytes;
  private Braces open = new Braces();
  private int scanned;
  private @Nullable Braces document;
  private int ignored;
  private String firstIgnored = "";
  private String lastIgnored = "";

  SseReader(InputStream in, int bytesMax) {
    this.in = in;
    this.bytesMax = bytesMax;
  }

  /** Blocks until an event is complete or the stream is over. */
  Frame next() throws IOException {
    while (true) {
      if (position == limit && !fill()) {
        return atEnd();
      }
      boolean complete = takeLine();
      if (frameBytes + line.size() > bytesMax) {
        return new Frame.TooLong(bytesMax);
      }
      if (!complete) {
        continue;
      }
      boolean blank = line.size() == 0;
      endLine();
      if (document != null) {
        if (document.areClosed()) {
          return dispatchDocument();
        }
      } else if (blank) {
        if (hasData) {
          return dispatch(true);
        }
        forget();
      }
    }
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  /** Moves bytes into the line up to its end; false if the buffer ended first. */
  private boolean takeLine() {
    if (afterCr) {
      afterCr = false;
      if (buffer[position] == '\n') {
        position++;
      }
    }
    int start = position;
    while (position < limit) {
      byte b = buffer[position++];
      if (b == '\n' || b == '\r') {
        line.write(buffer, start, position - 1 - start);
        afterCr = b == '\r';
        return true;
      }
    }
    line.write(buffer, start, position - start);
    return false;
  }

  private void endLine() {
    byte[] bytes = line.toByteArray();
    line.reset();
    int from = 0;
    if (firstLine) {
      firstLine = false;
      from = startsWithBom(bytes) ? BOM.length : 0;
    }
    if (document == null && (from == bytes.length || bytes[from] == ':')) {
      return;
    }
    frameBytes += bytes.length - from;
    String text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    if (document != null || !hasData && beginsDocument(text)) {
      document(text);
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    int start = text.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
    String value = colon < 0 ? "" : text.substring(start);
    if (field.equals("data")) {
      if (hasData) {
        data.append('\n');
      }
      data.append(value);
      hasData = true;
    } else if (field.equals("event")) {
      name = value;
    } else if (!field.equals("id") && !field.equals("retry") && !field.isBlank()) {
      // id and retry are for clients that reconnect.
      other(text, value.isEmpty() ? field : field + ": " + value);
    }
  }

  /**
   * Handles a line that is not a field: it continues JSON that was cut by a line break, or is
   * ignored.
   */
  private void other(String line, String shown) {
    open.add(data.subSequence(scanned, data.length()));
    scanned = data.length();
    if (open.goOnWith(line)) {
      data.append('\n').append(line);
    } else {
      firstIgnored = ignored++ == 0 ? shown : firstIgnored;
      lastIgnored = shown;
    }
  }

  /** The number of lines that were not fields of an event. */
  int ignored() {
    return ignored;
  }

  Optional<String> firstIgnored() {
    return ignored == 0 ? Optional.empty() : Optional.of(firstIgnored);
  }

  Optional<String> lastIgnored() {
    return ignored == 0 ? Optional.empty() : Optional.of(lastIgnored);
  }

  private static boolean beginsDocument(String line) {
    String bare = line.stripLeading();
    return bare.startsWith("{") || bare.startsWith("[");
  }

  private void document(String line) {
    document = document == null ? new Braces() : document;
    document.add(line);
    data.append(line).append('\n');
  }

  private Frame dispatchDocument() {
    boolean whole = document != null && document.areClosed();
    Frame frame = new Frame.Document(data.toString(), whole);
    document = null;
    forget();
    return frame;
  }

  private Frame atEnd() {
    if (line.size() > 0) {
      endLine();
    }
    if (document != null) {
      return dispatchDocument();
    }
    return hasData ? dispatch(false) : new Frame.End();
  }

  private Frame dispatch(boolean whole) {
    Frame frame = new Frame.Event(name, data.toString(), whole);
    forget();
    return frame;
  }

  private void forget() {
    data.setLength(0);
    if (scanned > 0) {
      open = new Braces();
      scanned = 0;
    }
    hasData = false;
    name = "";
    frameBytes = 0;
  }

  private static boolean startsWithBom(byte[] bytes) {
    return bytes.length >= BOM.length
        && bytes[0] == BOM[0]
        && bytes[1] == BOM[1]
        && bytes[2] == BOM[2];
  }
}
