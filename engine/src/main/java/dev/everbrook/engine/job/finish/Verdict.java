package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.world.World;
import java.time.Duration;

/** The decision on a job after a run. Made here; written by the {@link Finisher}. */
public sealed interface Verdict {

  /** The job leaves the queue for the history; a long reason is cut. */
  record Finish(Ended how, String error, String result) implements Verdict {

    public Finish {
      error = Excerpt.reason(error);
    }
  }

  /**
   * The job waits and runs again; {@code counts} says whether the run was an attempt. A long reason
   * is cut.
   *
   * @param failReason the reason to end it as failed then, without a run; empty if it is to run
   */
  record RunAgain(Duration after, boolean counts, String error, String failReason)
      implements Verdict {

    public RunAgain {
      error = Excerpt.reason(error);
      failReason = Excerpt.reason(failReason);
    }

    public RunAgain(Duration after, boolean counts, String error) {
      this(after, counts, error, "");
    }
  }

  /** The job has left this run already; no verdict is written. */
  record Left() implements Verdict {}

  static Verdict of(Outcome outcome, int attempt, RetryPolicy policy, World world) {
    return switch (outcome) {
      case Outcome.Done(var result) -> new Finish(Ended.DONE, "", result);
      case Outcome.Cancelled() -> new Finish(Ended.CANCELLED, "", "");
      case Outcome.Snooze(var after, var reason) -> new RunAgain(after, false, reason);
      case Outcome.Limited(_, var reason) -> new RunAgain(Duration.ZERO, false, reason);
      case Outcome.AfterChildren(_) -> new Left();
      case Outcome.HandOver() -> new RunAgain(Duration.ZERO, false, "");
      case Outcome.Failed(var reason, var worth, _)
          when !worth || attempt >= policy.attemptsMax() ->
          new Finish(Ended.FAILED, reason, "");
      case Outcome.Failed(var reason, _, var retryAfter) ->
          new RunAgain(
              retryAfter.orElseGet(() -> policy.waitAfter(attempt, world.chance())), true, reason);
    };
  }

  /** The end of a job whose own end the database rejected. */
  static Finish unwritable(StoreFailure e) {
    return new Finish(
        Ended.FAILED, "its end cannot be written [SQLSTATE " + e.sqlState() + "]", "");
  }
}
