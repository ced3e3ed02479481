package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.util.Optional;

/**
 * A schedule and where it stands.
 *
 * @param nextAt when it is to run next, unless it is paused; a time that has passed, if it is due
 * @param lastAt the last tick that became a job because its time came
 */
public record Scheduled(
    Schedule schedule, boolean paused, Instant nextAt, Optional<Instant> lastAt) {}
