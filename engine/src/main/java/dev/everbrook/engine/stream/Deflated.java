package dev.everbrook.engine.stream;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The stored form of segments: raw deflate (RFC 1951), which every platform can read. The row has
 * the inflated length. Reasons for this codec: docs/decisions/009.
 */
final class Deflated {

  private static final int LEVEL = 6;

  private Deflated() {}

  static byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(LEVEL, true);
    try {
      deflater.setInput(bytes);
      deflater.finish();
      byte[] out = new byte[Math.max(64, bytes.length / 2)];
      int size = 0;
      while (!deflater.finished()) {
        if (size == out.length) {
          out = Arrays.copyOf(out, 2 * out.length);
        }
        size += deflater.deflate(out, size, out.length - size);
      }
      return Arrays.copyOf(out, size);
    } finally {
      deflater.end();
    }
  }

  /**
   * The inflated bytes.
   *
   * @throws StreamFailure if this is not the deflated form of {@code size} bytes
   */
  static byte[] inflate(byte[] deflated, int size) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(deflated);
      byte[] bytes = new byte[size];
      int at = 0;
      while (at < size) {
        int more = inflater.inflate(bytes, at, size - at);
        if (more == 0) {
          throw damaged("a segment of " + size + " bytes ends after " + at);
        }
        at += more;
      }
      return bytes;
    } catch (DataFormatException e) {
      throw damaged("a segment is not deflated data, " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  private static StreamFailure damaged(String how) {
    return new StreamFailure(StreamFailure.Reason.DAMAGED, "the log is damaged: " + how);
  }
}
