package dev.everbrook.model;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How long a call may take and how much one frame may hold. Every limit really ends the call, also
 * one whose provider keeps the connection open and says nothing.
 *
 * @param connect until the connection stands
 * @param firstToken the longest silence before the first piece of the answer, thinking included.
 *     Whatever arrives is life: the response's head, a comment, a blank line, a byte. A provider
 *     that queues a request says such things for minutes, and {@code total} alone ends it
 * @param idle after the first piece: between two bytes of the stream, comments included. Time the
 *     reader of the call takes for itself does not count
 * @param total for the whole call
 * @param settle after a finish reason: for the end of the stream, which may still bring a count of
 *     tokens, or more of the answer where the reason was given too early. When it is over, the
 *     answer is done. A finish reason before anything was said leaves {@code firstToken} as it is;
 *     one that came with the first words, or after which something was said, waits {@code idle}
 * @param frameBytesMax the longest server-sent event, in bytes; also the longest answer of a
 *     provider that ignores the wish for a stream
 */
public record Limits(
    Duration connect,
    Duration firstToken,
    Duration idle,
    Duration total,
    Duration settle,
    int frameBytesMax) {

  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration SETTLE = Duration.ofSeconds(5);

  /** Into which the longest {@link ModelEvent.Media} fits. */
  private static final int FRAME_BYTES = ModelEvent.Media.CHARS_MAX + (1 << 20);

  /**
   * For a hosted provider: 5 s to connect, 5 min to the first sign of life, since reasoning models
   * are silent for minutes, 90 s of silence, 30 min in all, 5 s after the finish reason, 9 MiB a
   * frame.
   */
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofSeconds(90),
          Duration.ofMinutes(30),
          FRAME_BYTES);

  /**
   * For a provider on this machine or its network: 10 min to the first sign of life, since it may
   * have to load the model and to read a long prompt on slow hardware, silently.
   */
  public static final Limits LOCAL = DEFAULT.firstToken(Duration.ofMinutes(10));

  public Limits {
    for (Duration limit : List.of(connect, firstToken, idle, total, settle)) {
      if (!limit.isPositive() || limit.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "a limit must be longer than nothing and at most a day, was " + limit);
      }
    }
    if (frameBytesMax < 1024) {
      throw new IllegalArgumentException(
          "a frame must be allowed at least 1024 bytes, was " + frameBytesMax);
    }
  }

  /**
   * {@link #LOCAL} for a host of this machine or of the local network (a loopback or private
   * address, a name without a dot or in {@code localhost}, {@code local}, {@code internal}, {@code
   * lan} or {@code home.arpa}), otherwise {@link #DEFAULT}. Looks nothing up.
   */
  public static Limits of(URI base) {
    return Address.of(base).isNear() ? LOCAL : DEFAULT;
  }

  /** The same with another limit on the silence before the first piece. */
  public Limits firstToken(Duration most) {
    return new Limits(connect, most, idle, total, settle, frameBytesMax);
  }

  /** The same with another limit on silence within the answer. */
  public Limits idle(Duration most) {
    return new Limits(connect, firstToken, most, total, settle, frameBytesMax);
  }

  /** The same with another limit on the whole call. */
  public Limits total(Duration most) {
    return new Limits(connect, firstToken, idle, most, settle, frameBytesMax);
  }

  /** With 5 s after the finish reason. */
  public Limits(
      Duration connect, Duration firstToken, Duration idle, Duration total, int frameBytesMax) {
    this(connect, firstToken, idle, total, SETTLE, frameBytesMax);
  }
}
