package dev.everbrook.engine.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The operator's view of a lane.
 *
 * @param own whether its limits are its own; otherwise those of {@link Lanes#ALL} apply
 * @param closedUntil the end of its closing, by the database's clock; empty if it is open
 * @param closedWhy the reason of its closing; empty if it is open
 * @param ready the number of its ready jobs, counted up to {@link #READY_COUNTED_MAX}
 * @param oldest the time for which the oldest of these has been ready
 * @param starts the number of jobs that its rate lets begin now; empty if it has no rate
 * @param tokens the number of model tokens it may use now, negative if it owes some; empty if they
 *     are not limited
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
   * A page of the lanes of a queue in the order of their names.
   *
   * @param next the {@code from} of the next page; empty on the last page
   */
  public record Page(List<LaneView> lanes, Optional<String> next) {

    public Page {
      lanes = List.copyOf(lanes);
    }
  }
}
