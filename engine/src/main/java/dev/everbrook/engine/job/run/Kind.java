package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.BatchHandler;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.RetryPolicy;

/**
 * How jobs of one kind are run and retried.
 *
 * @param handler looks after the end of each job, and runs those of a batch of one
 * @param together how many jobs one call takes; 1 for a handler of single jobs
 */
public record Kind(
    BatchHandler batch, Handler handler, RetryPolicy policy, int together, EndHook ending) {}
