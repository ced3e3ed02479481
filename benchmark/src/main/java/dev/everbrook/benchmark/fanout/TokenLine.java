package dev.everbrook.benchmark.fanout;

import java.nio.charset.StandardCharsets;

/**
 * Finds the events in a line of server-sent data: objects that begin with {@code seq}, one in
 * Everbrook's own protocol, any number in an array of Durable Streams, where the bench itself has
 * written them in the same form. A token's text is the time at which it was sent.
 */
final class TokenLine {

  /** What is said of an event that is no token. */
  static final long NO_TOKEN = -1;

  private static final byte[] DATA = ascii("data:");
  private static final byte[] SEQ = ascii("{\"seq\":");
  private static final byte[] TEXT = ascii(",\"type\":\"text\",\"text\":\"");

  private TokenLine() {}

  @FunctionalInterface
  interface Sink {

    /**
     * An event is there.
     *
     * @param sentNanos by {@link System#nanoTime}, or {@link #NO_TOKEN}
     */
    void event(int seq, long sentNanos);
  }

  /** The message that {@link #read} finds, as a token that is sent now or at another time. */
  static String message(long seq, long sentNanos) {
    return "{\"seq\":" + seq + ",\"type\":\"text\",\"text\":\"" + sentNanos + " \"}";
  }

  /** Reads the bytes from {@code from} up to {@code to}; lines of something else hold none. */
  static void read(byte[] line, int from, int to, Sink sink) {
    if (!isAt(line, from, to, DATA)) {
      return;
    }
    int at = from + DATA.length;
    while (at < to) {
      if (!isAt(line, at, to, SEQ)) {
        at++;
        continue;
      }
      int digits = at + SEQ.length;
      at = digitsEnd(line, digits, to);
      int seq = (int) number(line, digits, at);
      if (isAt(line, at, to, TEXT)) {
        int text = at + TEXT.length;
        at = digitsEnd(line, text, to);
        sink.event(seq, at > text ? number(line, text, at) : NO_TOKEN);
      } else {
        sink.event(seq, NO_TOKEN);
      }
    }
  }

  private static boolean isAt(byte[] line, int at, int to, byte[] word) {
    if (to - at < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (line[at + i] != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static int digitsEnd(byte[] line, int from, int to) {
    int at = from;
    while (at < to && line[at] >= '0' && line[at] <= '9') {
      at++;
    }
    return at;
  }

  private static long number(byte[] line, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + line[i] - '0';
    }
    return number;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
