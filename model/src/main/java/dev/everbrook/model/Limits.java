package dev.everbrook.model;

import java.time.Duration;

/**
 * How long a call may take and how much one frame may hold. Every limit really ends the call, also
 * one whose provider keeps the connection open and says nothing.
 *
 * @param connect until the connection stands
 * @param firstToken from the request until the first event of the answer; reasoning models are
 *     silent for minutes
 * @param idle between two bytes of the stream, comments included
 * @param total for the whole call
 * @param frameBytesMax the longest server-sent event, in bytes
 */
public record Limits(
    Duration connect, Duration firstToken, Duration idle, Duration total, int frameBytesMax) {

  /** 5 s to connect, 120 s to the first token, 90 s of silence, 30 min in all, 1 MiB a frame. */
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(120),
          Duration.ofSeconds(90),
          Duration.ofMinutes(30),
          1 << 20);

  public Limits {
    for (Duration limit : new Duration[] {connect, firstToken, idle, total}) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("a limit must be longer than nothing, was " + limit);
      }
    }
    if (frameBytesMax < 1024) {
      throw new IllegalArgumentException(
          "a frame must be allowed at least 1024 bytes, was " + frameBytesMax);
    }
  }
}
