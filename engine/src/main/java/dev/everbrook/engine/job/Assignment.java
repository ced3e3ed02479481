package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * A job that was given to a worker in another process. (worker, job, run) is the fence of what it
 * does about it.
 *
 * @param run how often the job has been claimed, this time included
 * @param attempt how many of these count as attempts, this one included
 * @param attemptsMax the last that may be
 * @param payload JSON text
 * @param lane empty for none
 * @param left how long until its deadline
 * @param attemptTime how long this attempt may take, if its deadline does not come before
 * @param trace the W3C traceparent of its enqueueing; empty for none
 */
public record Assignment(
    long job,
    int run,
    int attempt,
    int attemptsMax,
    String queue,
    String kind,
    String payload,
    String lane,
    Duration left,
    Duration attemptTime,
    String trace) {}
