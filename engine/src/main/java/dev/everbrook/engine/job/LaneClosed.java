package dev.everbrook.engine.job;

import java.time.Instant;

/**
 * The closing of a lane, as {@link Lanes#onClosed} tells it.
 *
 * @param lane empty for the nameless lane of jobs without a lane
 * @param until the end of the closing, by the database's clock
 */
public record LaneClosed(String queue, String lane, Instant until, String reason) {}
