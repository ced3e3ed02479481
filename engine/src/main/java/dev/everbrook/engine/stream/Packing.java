package dev.everbrook.engine.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of one chunk row: for each event its length (seven bits a byte, lowest first; the high
 * bit is set if another byte follows) and then the event itself. Works for text and bytes alike.
 */
final class Packing {

  private Packing() {}

  static byte[] pack(List<byte[]> events) {
    int size = 0;
    for (byte[] event : events) {
      size += lengthOfLength(event.length) + event.length;
    }
    byte[] packed = new byte[size];
    int at = 0;
    for (byte[] event : events) {
      int length = event.length;
      while (length > 0x7F) {
        packed[at++] = (byte) (length & 0x7F | 0x80);
        length >>>= 7;
      }
      packed[at++] = (byte) length;
      System.arraycopy(event, 0, packed, at, event.length);
      at += event.length;
    }
    return packed;
  }

  private static int lengthOfLength(int length) {
    return length < 1 << 7
        ? 1
        : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
  }

  /**
   * The events of a row.
   *
   * @throws StreamFailure if the bytes are not a row of {@code expected} events
   */
  static List<byte[]> unpack(byte[] packed, int expected) {
    List<byte[]> events = new ArrayList<>();
    int at = 0;
    while (at < packed.length) {
      long length = 0;
      int shift = 0;
      byte next;
      do {
        next = packed[at++];
        length |= (next & 0x7FL) << shift;
        shift += 7;
      } while (next < 0 && at < packed.length && shift < Integer.SIZE);
      if (next < 0 || length > packed.length - at) {
        throw damaged("a chunk ends in the middle of its event " + events.size());
      }
      byte[] event = new byte[(int) length];
      System.arraycopy(packed, at, event, 0, event.length);
      at += event.length;
      events.add(event);
    }
    if (events.size() != expected) {
      throw damaged("a chunk of " + expected + " events holds " + events.size());
    }
    return events;
  }

  private static StreamFailure damaged(String how) {
    return new StreamFailure(StreamFailure.Reason.DAMAGED, "the log is damaged: " + how);
  }
}
