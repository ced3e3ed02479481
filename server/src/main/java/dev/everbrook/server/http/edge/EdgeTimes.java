package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * The edge's time limits.
 *
 * @param heartbeat the time after which a silent stream sends a heartbeat
 * @param idleMax the longest time without a byte in either direction, also while a request waits
 * @param stallMax the longest time in which a client takes none of its waiting bytes; then its
 *     connection is closed, and a reader may reconnect with its last number
 * @param arrival the lowest allowed speed of a request
 */
public record EdgeTimes(
    Duration heartbeat, Duration idleMax, Duration stallMax, ArrivalLimits arrival) {

  /** A heartbeat every 15 s, 20 min of silence, 60 s of stall. */
  public static final EdgeTimes DEFAULT =
      new EdgeTimes(
          Duration.ofSeconds(15),
          Duration.ofMinutes(20),
          Duration.ofSeconds(60),
          ArrivalLimits.DEFAULT);
}
