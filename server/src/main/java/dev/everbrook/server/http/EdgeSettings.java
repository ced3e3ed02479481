package dev.everbrook.server.http;

import java.time.Duration;

/**
 * Where the edge listens, and its bounds.
 *
 * @param port 0 for any free one
 * @param bodyBytesMax the longest request body, where a dialect sets no other
 * @param bodiesBytesMax how many bytes of the bodies of requests are held at once, and as many
 *     again of replies
 * @param followersMax how many readers may follow streams at once
 * @param streamsPerSocketMax how many of these one WebSocket may have
 * @param requestsMax how many requests may be worked on at once
 * @param heartbeat how often a silent stream says that it is alive
 * @param idleMax how long a connection may be without a byte in either direction, a waiting request
 *     included
 * @param stallMax how long a client may take nothing of what waits for it before its connection is
 *     closed; a reader may come back with its last number
 * @param arrival how fast a request has to come
 */
public record EdgeSettings(
    String host,
    int port,
    int bodyBytesMax,
    long bodiesBytesMax,
    int followersMax,
    int streamsPerSocketMax,
    int requestsMax,
    Duration heartbeat,
    Duration idleMax,
    Duration stallMax,
    Arrival arrival) {

  private static final long BODIES_BYTES_MAX = 256L << 20;
  private static final int HEAP_PART = 4;

  /**
   * Bodies of 1 MiB, 256 MiB or a quarter of the heap for those of requests and as much for those
   * of replies, 20,000 followers of which 1,000 on one socket, 10,000 requests, a heartbeat every
   * 15 s, 20 min of silence, 60 s of stall.
   */
  public static EdgeSettings at(String host, int port) {
    return new EdgeSettings(
        host,
        port,
        1 << 20,
        Math.min(BODIES_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_PART),
        20_000,
        1_000,
        10_000,
        Duration.ofSeconds(15),
        Duration.ofMinutes(20),
        Duration.ofSeconds(60),
        Arrival.DEFAULT);
  }

  public EdgeSettings heartbeat(Duration every) {
    return new EdgeSettings(
        host,
        port,
        bodyBytesMax,
        bodiesBytesMax,
        followersMax,
        streamsPerSocketMax,
        requestsMax,
        every,
        idleMax,
        stallMax,
        arrival);
  }

  /** For a server whose requests wait for answers that take this long. */
  public EdgeSettings waiting(Duration answers) {
    return new EdgeSettings(
        host,
        port,
        bodyBytesMax,
        bodiesBytesMax,
        followersMax,
        streamsPerSocketMax,
        requestsMax,
        heartbeat,
        answers.plusSeconds(60),
        stallMax,
        arrival);
  }

  /**
   * With other bounds.
   *
   * @param followers how many in all
   * @param perSocket how many of these on one WebSocket
   * @param bodies how many bytes of bodies
   */
  public EdgeSettings bounded(int followers, int perSocket, long bodies) {
    return new EdgeSettings(
        host,
        port,
        bodyBytesMax,
        bodies,
        followers,
        perSocket,
        requestsMax,
        heartbeat,
        idleMax,
        stallMax,
        arrival);
  }

  /** With other bounds of time. */
  public EdgeSettings timed(Duration stall, Arrival how) {
    return new EdgeSettings(
        host,
        port,
        bodyBytesMax,
        bodiesBytesMax,
        followersMax,
        streamsPerSocketMax,
        requestsMax,
        heartbeat,
        idleMax,
        stall,
        how);
  }
}
