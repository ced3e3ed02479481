package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.BenchFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A chunked response of server-sent events, taken in as it comes, in pieces of any size. Keeps no
 * more of it than the line that is not yet whole. Used by one thread.
 */
final class SseResponse {

  private static final int LINE_BYTES_MAX = 4 << 20;

  /** Takes the bytes from {@code from} up to {@code to}, which are valid during the call only. */
  @FunctionalInterface
  interface Lines {
    void line(byte[] bytes, int from, int to);
  }

  private enum Part {
    HEAD,
    SIZE,
    DATA,
    DATA_END,
    OVER
  }

  private final Lines lines;
  private final ByteArrayOutputStream rest = new ByteArrayOutputStream(0);
  private Part part = Part.HEAD;
  private int left;

  SseResponse(Lines lines) {
    this.lines = lines;
  }

  /** Whether the head was read. */
  boolean hasBegun() {
    return part != Part.HEAD;
  }

  /** Whether its last chunk was read, which a response that was cut does not have. */
  boolean isOver() {
    return part == Part.OVER;
  }

  /**
   * Takes in what came.
   *
   * @throws BenchFailure if it is not what was asked for
   */
  void take(byte[] bytes, int length) {
    int at = 0;
    while (at < length && part != Part.OVER) {
      at =
          switch (part) {
            case HEAD -> head(bytes, at, length);
            case SIZE -> size(bytes[at], at);
            case DATA -> data(bytes, at, Math.min(length, at + left));
            case DATA_END -> dataEnd(bytes[at], at);
            case OVER -> length;
          };
    }
  }

  private int head(byte[] bytes, int from, int to) {
    int end = lineEnd(bytes, from, to);
    keep(bytes, from, Math.min(end + 1, to));
    if (end < to && endsWithEmptyLine()) {
      String head = rest.toString(StandardCharsets.ISO_8859_1);
      rest.reset();
      boolean chunked = head.toLowerCase(Locale.ROOT).contains("chunked");
      if (!head.startsWith("HTTP/1.1 200 ") || !chunked) {
        throw new BenchFailure("a reader was answered: " + head.strip());
      }
      part = Part.SIZE;
      left = 0;
    }
    return Math.min(end + 1, to);
  }

  private boolean endsWithEmptyLine() {
    return rest.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n");
  }

  private int size(byte next, int at) {
    int digit = Character.digit(next, 16);
    if (digit >= 0) {
      left = left * 16 + digit;
    } else if (next == '\n') {
      part = left == 0 ? Part.OVER : Part.DATA;
    }
    return at + 1;
  }

  private int data(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int end = lineEnd(bytes, at, to);
      if (end == to) {
        keep(bytes, at, to);
      } else if (rest.size() == 0) {
        lines.line(bytes, at, end);
      } else {
        keep(bytes, at, end);
        byte[] whole = rest.toByteArray();
        rest.reset();
        lines.line(whole, 0, whole.length);
      }
      at = Math.min(end + 1, to);
    }
    left -= to - from;
    if (left == 0) {
      part = Part.DATA_END;
    }
    return to;
  }

  private int dataEnd(byte next, int at) {
    if (next == '\n') {
      part = Part.SIZE;
    }
    return at + 1;
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  private void keep(byte[] bytes, int from, int to) {
    if (rest.size() + to - from > LINE_BYTES_MAX) {
      throw new BenchFailure("a reader was sent a line that does not end");
    }
    rest.write(bytes, from, to - from);
  }
}
