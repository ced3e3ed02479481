package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobType;

/** Retries all jobs that match a filter, except those of the engine's own queue. */
public final class Redrive {

  public static final JobType<Sweep, Sweep.Sum> TYPE =
      new JobType<>("everbrook.redrive", Sweep.class, Sweep.Sum.class);

  private static final JobScan LOOKS = new JobScan(Sweeper.LOOKED_MAX);

  private Redrive() {}

  public static boolean canRedrive(JobState state) {
    return state == JobState.FAILED || state == JobState.CANCELLED;
  }

  public static Handler handler(Sweeper sweeping) {
    return TYPE.handler((run, sweep) ->
        sweeping.run(
            run,
            sweep,
            (tx, at) -> LOOKS.look(tx, at.filter(), at.before(), Sweeper.BATCH_MAX),
            (tx, jobs) -> new Sweeper.Changed(Revival.revive(tx, JobControl.QUEUE, jobs), true)));
  }
}
