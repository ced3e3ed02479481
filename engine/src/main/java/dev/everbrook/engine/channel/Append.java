package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.stream.StreamWriter;
import java.util.List;
import java.util.Optional;

/**
 * What somebody wants to append to a channel: all of it or nothing.
 *
 * @param contentType what the events are; must be given with events, and fit the channel
 * @param events at most {@link #EVENTS_MAX}, each at most {@link StreamWriter#EVENT_BYTES_MAX} and
 *     together at most {@link #BYTES_MAX}; none only together with {@code close}
 * @param close whether nothing may follow
 * @param producer lets a repeated append be recognised
 * @param seq must be greater than any given to the channel before, compared character by character;
 *     at most {@link #SEQ_MAX} characters
 * @param fence what must hold in the transaction that takes it; nothing if it may come from anybody
 */
public record Append(
    ChannelName to,
    Optional<ContentType> contentType,
    List<byte[]> events,
    boolean close,
    Optional<Producer> producer,
    Optional<String> seq,
    Optional<Fence> fence) {

  public static final int EVENTS_MAX = 100_000;
  public static final int BYTES_MAX = 10 << 20;
  public static final int SEQ_MAX = 256;

  public Append {
    events = List.copyOf(events);
    if (events.isEmpty() ? !close : contentType.isEmpty()) {
      throw new IllegalArgumentException("an append needs events of a type, or closes the channel");
    }
    if (seq.isPresent() && (seq.get().length() > SEQ_MAX || seq.get().indexOf(0) >= 0)) {
      throw new IllegalArgumentException("a seq may have at most " + SEQ_MAX + " characters");
    }
    check(events);
  }

  /** From anybody. */
  public Append(
      ChannelName to,
      Optional<ContentType> contentType,
      List<byte[]> events,
      boolean close,
      Optional<Producer> producer,
      Optional<String> seq) {
    this(to, contentType, events, close, producer, seq, Optional.empty());
  }

  /** The same, taken only while this holds. */
  public Append fencedBy(Fence it) {
    return new Append(to, contentType, events, close, producer, seq, Optional.of(it));
  }

  /** Without a producer and a seq. */
  public static Append of(ChannelName to, ContentType contentType, List<byte[]> events) {
    return new Append(
        to, Optional.of(contentType), events, false, Optional.empty(), Optional.empty());
  }

  /** Only closes. */
  public static Append closing(ChannelName to) {
    return new Append(to, Optional.empty(), List.of(), true, Optional.empty(), Optional.empty());
  }

  static void check(List<byte[]> events) {
    long bytes = 0;
    for (byte[] event : events) {
      bytes += event.length;
      if (event.length > StreamWriter.EVENT_BYTES_MAX) {
        throw new IllegalArgumentException(
            "an event may have at most " + StreamWriter.EVENT_BYTES_MAX + " bytes");
      }
    }
    if (bytes > BYTES_MAX || events.size() > EVENTS_MAX) {
      throw new IllegalArgumentException(
          "at most " + EVENTS_MAX + " events and " + BYTES_MAX + " bytes at a time");
    }
  }

  int bytes() {
    int bytes = 0;
    for (byte[] event : events) {
      bytes += event.length;
    }
    return bytes;
  }
}
