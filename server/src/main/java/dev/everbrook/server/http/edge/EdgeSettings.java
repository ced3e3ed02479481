package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * Where the edge listens, and its bounds.
 *
 * @param port 0 for any free one
 */
public record EdgeSettings(String host, int port, EdgeBounds bounds, EdgeTimes times) {

  /** With the default bounds and times. */
  public static EdgeSettings at(String host, int port) {
    return new EdgeSettings(host, port, EdgeBounds.DEFAULT, EdgeTimes.DEFAULT);
  }

  public EdgeSettings heartbeat(Duration every) {
    return with(new EdgeTimes(every, times.idleMax(), times.stallMax(), times.arrival()));
  }

  /** For a server whose requests wait for answers that take this long. */
  public EdgeSettings waiting(Duration answers) {
    Duration idle = answers.plusSeconds(60);
    return with(new EdgeTimes(times.heartbeat(), idle, times.stallMax(), times.arrival()));
  }

  /** With other bounds of time. */
  public EdgeSettings timed(Duration stall, ArrivalLimits arrival) {
    return with(new EdgeTimes(times.heartbeat(), times.idleMax(), stall, arrival));
  }

  private EdgeSettings with(EdgeTimes other) {
    return new EdgeSettings(host, port, bounds, other);
  }

  /**
   * With other bounds.
   *
   * @param followers how many in all
   * @param perSocket how many of these on one WebSocket
   * @param bodies how many bytes of bodies
   */
  public EdgeSettings bounded(int followers, int perSocket, long bodies) {
    EdgeBounds other =
        new EdgeBounds(bounds.bodyBytesMax(), bodies, followers, perSocket, bounds.requestsMax());
    return new EdgeSettings(host, port, other, times);
  }
}
