package dev.everbrook.model;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The time limits of a call and the size limit of a frame. Every limit ends the call, even if the
 * provider keeps the connection open without sending data.
 *
 * @param connect the time until the connection is established
 * @param firstToken the longest silence before the first piece of the answer or of reasoning. Any
 *     arriving byte counts as a sign of life: the response's head, a comment, a blank line. A
 *     provider that queues a request may send such signs for minutes; then only {@code total} ends
 *     the call
 * @param idle the longest silence after the first piece, between two bytes of the stream, including
 *     comments. The time that the caller spends between two reads does not count
 * @param total the time of the whole call
 * @param settle the time from a finish reason to the end of the stream. In it the usage may still
 *     come, or more of the answer if the reason came too early. After this time the answer is done.
 *     If the finish reason came before any content, {@code firstToken} still applies; if it came
 *     with the first content, or if content followed it, {@code idle} applies
 * @param frameBytesMax the longest server-sent event, in bytes; also the longest answer of a
 *     provider that does not stream
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

  /** Holds the longest {@link ModelEvent.Media}. */
  private static final int FRAME_BYTES = ModelEvent.Media.CHARS_MAX + (1 << 20);

  /**
   * For a hosted provider: 5 s to connect, 5 min to the first sign of life (reasoning models are
   * silent for minutes), 90 s of silence, 30 min in total, 5 s after the finish reason, 9 MiB a
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
   * load the model and process a long prompt on slow hardware in silence.
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
   * lan} or {@code home.arpa}), otherwise {@link #DEFAULT}. Resolves no name.
   */
  public static Limits of(URI base) {
    return Address.of(base).isNear() ? LOCAL : DEFAULT;
  }

  /** With another limit on the silence before the first piece. */
  public Limits firstToken(Duration most) {
    return new Limits(connect, most, idle, total, settle, frameBytesMax);
  }

  /** With another limit on silence within the answer. */
  public Limits idle(Duration most) {
    return new Limits(connect, firstToken, most, total, settle, frameBytesMax);
  }

  /** With another limit on the whole call. */
  public Limits total(Duration most) {
    return new Limits(connect, firstToken, idle, most, settle, frameBytesMax);
  }

  /** With 5 s after the finish reason. */
  public Limits(
      Duration connect, Duration firstToken, Duration idle, Duration total, int frameBytesMax) {
    this(connect, firstToken, idle, total, SETTLE, frameBytesMax);
  }
}
