package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.BatchHandler;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.RetryPolicy;

/**
 * The handler and the retry policy of one kind of jobs.
 *
 * @param handler puts the end of each job in order, and runs a batch of one job
 * @param together the most jobs of one call; 1 for a handler of single jobs
 */
public record Kind(
    BatchHandler batch, Handler handler, RetryPolicy policy, int together, EndHook ending) {}
