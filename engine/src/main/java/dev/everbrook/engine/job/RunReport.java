package dev.everbrook.engine.job;

import java.util.OptionalInt;

/**
 * What a worker in another process tells of the end of a run.
 *
 * @param outcome any but {@link Outcome.AfterChildren} and {@link Outcome.Cancelled}: whether the
 *     job was cancelled is known better here
 * @param tokens how many model tokens it really used; by default the expected number
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

  /** With nothing to add. */
  public static RunReport of(Outcome outcome) {
    return new RunReport(outcome, OptionalInt.empty());
  }
}
