package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.BenchFailure;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One short response at a time on a connection, as it comes in pieces. Used by one thread. */
final class HttpReply {

  /** What {@link #take} says until the response is whole. */
  static final int UNFINISHED = 0;

  private static final int BYTES_MAX = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([1-9][0-9][0-9]) ");
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *([0-9]+)\r\n");
  private static final String NO_CONTENT = "HTTP/1.1 204 ";

  private final StringBuilder text = new StringBuilder();

  /**
   * Returns the status once the response is whole.
   *
   * @throws BenchFailure if it is no response
   */
  int take(byte[] bytes, int length) {
    text.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    int headEnd = text.indexOf("\r\n\r\n");
    if (headEnd < 0 || !isWhole(headEnd + 4)) {
      if (text.length() > BYTES_MAX) {
        throw new BenchFailure("a response does not end: " + text.substring(0, 200));
      }
      return UNFINISHED;
    }
    Matcher status = STATUS.matcher(text);
    if (!status.lookingAt()) {
      throw new BenchFailure("this is no response: " + text);
    }
    int said = Integer.parseInt(status.group(1));
    text.setLength(0);
    return said;
  }

  private boolean isWhole(int bodyStart) {
    if (text.indexOf(NO_CONTENT) == 0) {
      return true;
    }
    String head = text.substring(0, bodyStart).toLowerCase(Locale.ROOT);
    Matcher length = LENGTH.matcher(head);
    if (length.find()) {
      return text.length() >= bodyStart + Integer.parseInt(length.group(1));
    }
    return !head.contains("chunked") || text.lastIndexOf("0\r\n\r\n") == text.length() - 5;
  }
}
