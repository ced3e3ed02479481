package dev.everbrook.server.http.edge;

import java.time.Duration;

/**
 * The edge's address and bounds.
 *
 * @param port 0 for any free port
 */
public record EdgeSettings(String host, int port, EdgeBounds bounds, EdgeTimes times) {

  /** With the default bounds and times. */
  public static EdgeSettings at(String host, int port) {
    return new EdgeSettings(host, port, EdgeBounds.DEFAULT, EdgeTimes.DEFAULT);
  }

  public EdgeSettings heartbeat(Duration every) {
    return with(new EdgeTimes(every, times.idleMax(), times.stallMax(), times.arrival()));
  }

  /** With idle connections allowed for as long as an answer may take. */
  public EdgeSettings waiting(Duration answers) {
    Duration idle = answers.plusSeconds(60);
    return with(new EdgeTimes(times.heartbeat(), idle, times.stallMax(), times.arrival()));
  }

  /** With other time limits. */
  public EdgeSettings timed(Duration stall, ArrivalLimits arrival) {
    return with(new EdgeTimes(times.heartbeat(), times.idleMax(), stall, arrival));
  }

  private EdgeSettings with(EdgeTimes other) {
    return new EdgeSettings(host, port, bounds, other);
  }

  /**
   * With other bounds.
   *
   * @param followers the most followers in total
   * @param perSocket the most streams on one WebSocket
   * @param bodies the most bytes of bodies
   */
  public EdgeSettings bounded(int followers, int perSocket, long bodies) {
    EdgeBounds other =
        new EdgeBounds(bounds.bodyBytesMax(), bodies, followers, perSocket, bounds.requestsMax());
    return new EdgeSettings(host, port, other, times);
  }
}
