package dev.everbrook.model;

import java.time.Duration;
import java.util.List;

/**
 * How long a call may take and how much one frame may hold. Every limit really ends the call, also
 * one whose provider keeps the connection open and says nothing.
 *
 * @param connect until the connection stands
 * @param firstToken from the request until the first piece of the answer, thinking included;
 *     reasoning models are silent for minutes
 * @param idle after the first piece: between two bytes of the stream, comments included. Time the
 *     reader of the call takes for itself does not count
 * @param total for the whole call
 * @param frameBytesMax the longest server-sent event, in bytes; also the longest answer of a
 *     provider that ignores the wish for a stream
 */
public record Limits(
    Duration connect, Duration firstToken, Duration idle, Duration total, int frameBytesMax) {

  private static final Duration LONGEST = Duration.ofDays(1);

  /** Into which the longest {@link ModelEvent.Media} fits. */
  private static final int FRAME_BYTES = ModelEvent.Media.CHARS_MAX + (1 << 20);

  /** 5 s to connect, 120 s to the first token, 90 s of silence, 30 min in all, 9 MiB a frame. */
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(120),
          Duration.ofSeconds(90),
          Duration.ofMinutes(30),
          FRAME_BYTES);

  public Limits {
    for (Duration limit : List.of(connect, firstToken, idle, total)) {
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
}
