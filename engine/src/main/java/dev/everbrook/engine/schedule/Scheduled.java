package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.util.Optional;

/**
 * A schedule and its state.
 *
 * @param nextAt the next tick, unless the schedule is paused; in the past if a tick is due
 * @param lastAt the last tick that became a job, other than by hand
 */
public record Scheduled(
    Schedule schedule, boolean paused, Instant nextAt, Optional<Instant> lastAt) {}
