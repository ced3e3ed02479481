package dev.everbrook.engine.job;

import java.util.OptionalInt;

/**
 * The report of a worker in another process on the end of a run.
 *
 * @param outcome any but {@link Outcome.AfterChildren} and {@link Outcome.Cancelled}: the database
 *     decides whether the job was cancelled
 * @param tokens the number of model tokens it really used; by default the expected number
 */
public record RunReport(Outcome outcome, OptionalInt tokens) {

  public RunReport {
    switch (outcome) {
      case Outcome.AfterChildren _, Outcome.Cancelled _ ->
          throw new IllegalArgumentException("a worker elsewhere cannot tell " + outcome);
      case Outcome.Done _,
          Outcome.Snooze _,
          Outcome.Limited _,
          Outcome.Failed _,
          Outcome.HandOver _ -> {
        // As it is.
      }
    }
    if (tokens.isPresent() && tokens.getAsInt() < 0) {
      throw new IllegalArgumentException("tokens must not be negative, were " + tokens.getAsInt());
    }
  }

  /** A report without a number of tokens. */
  public static RunReport of(Outcome outcome) {
    return new RunReport(outcome, OptionalInt.empty());
  }
}
