package dev.everbrook.engine.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A lane as its operator sees it.
 *
 * @param own whether its limits are its own; else those of {@link Lanes#ALL} are valid
 * @param closedUntil by the database's clock; nothing if it is open
 * @param closedWhy empty if it is open
 * @param ready how many of its jobs may begin, counted up to {@link #READY_COUNTED_MAX}
 * @param oldest how long the oldest of these has been ready
 * @param starts how many jobs its rate lets begin now; nothing if it has none
 * @param tokens how many model tokens it may use now, less than nothing if it owes some; nothing if
 *     they are not limited
 */
public record LaneView(
    String name,
    boolean own,
    LaneLimits limits,
    Optional<Instant> closedUntil,
    String closedWhy,
    long running,
    long ready,
    Optional<Duration> oldest,
    OptionalDouble starts,
    OptionalDouble tokens) {

  public static final int READY_COUNTED_MAX = 1_000;

  /**
   * Lanes of a queue in the order of their names.
   *
   * @param next with which name to go on; nothing if there are no more
   */
  public record Page(List<LaneView> lanes, Optional<String> next) {

    public Page {
      lanes = List.copyOf(lanes);
    }
  }
}
