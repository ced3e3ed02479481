package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * A job that was given to a worker in another process. (worker, job, run) is the fence of the
 * worker's writes for it.
 *
 * @param run the number of claims of the job, this one included
 * @param attempt the number of claims that count as attempts, this one included
 * @param attemptsMax the number of the last attempt
 * @param payload JSON text
 * @param lane empty for none
 * @param left the time until its deadline
 * @param attemptTime the longest time of this attempt; the deadline may end it earlier
 * @param trace the W3C traceparent of the call that enqueued it; empty for none
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
