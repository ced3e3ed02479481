package dev.everbrook.engine.job;

/** Retries all jobs that fit a filter, but those that the engine does for its operator. */
final class Redriving {

  static final JobType<Sweep, Sweep.Sum> TYPE =
      new JobType<>("everbrook.redrive", Sweep.class, Sweep.Sum.class);

  private static final JobLooks LOOKS = new JobLooks(Sweeping.LOOKED_MAX);

  private Redriving() {}

  static boolean canRedrive(JobState state) {
    return state == JobState.FAILED || state == JobState.CANCELLED;
  }

  static Handler handler(Sweeping sweeping) {
    return TYPE.handler((run, sweep) ->
        sweeping.run(
            run,
            sweep,
            (tx, at) -> LOOKS.look(tx, at.filter(), at.before(), Sweeping.BATCH_MAX),
            (tx, jobs) -> new Sweeping.Changed(Reviving.revive(tx, JobControl.QUEUE, jobs), true)));
  }
}
