package dev.everbrook.engine.job;

import java.time.Instant;

/**
 * A lane was closed.
 *
 * @param lane empty for the jobs of the queue that have none
 * @param until by the database's clock
 */
public record LaneClosed(String queue, String lane, Instant until, String reason) {}
