package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.stream.StreamWriter;
import java.util.List;
import java.util.Optional;

/**
 * An append to a channel: all of it is stored or nothing.
 *
 * @param contentType the type of the events; required with events, and must fit the channel
 * @param events at most {@link #EVENTS_MAX}, each at most {@link StreamWriter#EVENT_BYTES_MAX} and
 *     together at most {@link #BYTES_MAX}; may be empty only together with {@code close}
 * @param close whether the append closes the channel
 * @param producer identifies a repeated append
 * @param seq must be greater than every earlier seq of the channel, compared character by
 *     character; at most {@link #SEQ_MAX} characters
 * @param fence must hold in the transaction that stores the append; empty for an unfenced append
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

  /** An append without a fence. */
  public Append(
      ChannelName to,
      Optional<ContentType> contentType,
      List<byte[]> events,
      boolean close,
      Optional<Producer> producer,
      Optional<String> seq) {
    this(to, contentType, events, close, producer, seq, Optional.empty());
  }

  /** The same append, stored only if the fence holds. */
  public Append fencedBy(Fence it) {
    return new Append(to, contentType, events, close, producer, seq, Optional.of(it));
  }

  /** An append without a producer and a seq. */
  public static Append of(ChannelName to, ContentType contentType, List<byte[]> events) {
    return new Append(
        to, Optional.of(contentType), events, false, Optional.empty(), Optional.empty());
  }

  /** An append that only closes the channel. */
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
