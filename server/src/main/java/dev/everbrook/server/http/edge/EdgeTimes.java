package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * How long the edge waits for what.
 *
 * @param heartbeat the time after which a silent stream says that it is alive
 * @param idleMax the longest time of a connection without a byte in either direction; a waiting
 *     request counts
 * @param stallMax the longest time in which a client may take no bytes while some wait for it; then
 *     its connection is closed, and a reader may come back with its last number
 * @param arrival how fast a request has to come
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
