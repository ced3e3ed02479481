package dev.everbrook.server.http;

import java.time.Duration;

/**
 * Where the edge listens, and its bounds.
 *
 * @param port 0 for any free one
 * @param bodyBytesMax the longest request body
 * @param followersMax how many readers may follow streams at once
 * @param streamsPerSocketMax how many of these one WebSocket may have
 * @param requestsMax how many requests may be worked on at once
 * @param heartbeat how often a silent stream says that it is alive
 * @param idleMax how long a connection may be without a byte in either direction, a waiting request
 *     included
 * @param stallMax how long a reader may take nothing before it is dropped; it may come back with
 *     its last number
 */
public record EdgeSettings(
    String host,
    int port,
    int bodyBytesMax,
    int followersMax,
    int streamsPerSocketMax,
    int requestsMax,
    Duration heartbeat,
    Duration idleMax,
    Duration stallMax) {

  /**
   * 1 MiB bodies, 20,000 followers of which 1,000 on one socket, 10,000 requests, a heartbeat every
   * 15 s, 20 min of silence, 60 s of stall.
   */
  public static EdgeSettings at(String host, int port) {
    return new EdgeSettings(
        host,
        port,
        1 << 20,
        20_000,
        1_000,
        10_000,
        Duration.ofSeconds(15),
        Duration.ofMinutes(20),
        Duration.ofSeconds(60));
  }

  public EdgeSettings heartbeat(Duration every) {
    return changed(followersMax, streamsPerSocketMax, every, idleMax);
  }

  /** For a server whose requests wait for answers that take this long. */
  public EdgeSettings waiting(Duration answers) {
    return changed(followersMax, streamsPerSocketMax, heartbeat, answers.plusSeconds(60));
  }

  public EdgeSettings followers(int most) {
    return changed(most, streamsPerSocketMax, heartbeat, idleMax);
  }

  public EdgeSettings streamsPerSocket(int most) {
    return changed(followersMax, most, heartbeat, idleMax);
  }

  private EdgeSettings changed(int followers, int perSocket, Duration beat, Duration idle) {
    return new EdgeSettings(
        host, port, bodyBytesMax, followers, perSocket, requestsMax, beat, idle, stallMax);
  }
}
