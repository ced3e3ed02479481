package dev.everbrook.engine.job;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a worker in another process tells of the end of a run.
 *
 * @param outcome any but {@link Outcome.AfterChildren} and {@link Outcome.Cancelled}: whether the
 *     job was cancelled is known better here
 * @param tokens how many model tokens it really used; by default the expected number
 * @param retryAfter how long a failed attempt is to be waited after; where nothing is said, as the
 *     kind's policy has it
 */
public record RunReport(Outcome outcome, OptionalInt tokens, Optional<Duration> retryAfter) {

  /** The longest time a worker may ask for between two attempts. */
  public static final Duration RETRY_AFTER_MAX = Duration.ofDays(1);

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
    if (retryAfter.isPresent()
        && (retryAfter.get().isNegative() || retryAfter.get().compareTo(RETRY_AFTER_MAX) > 0)) {
      throw new IllegalArgumentException(
          "an attempt must follow within "
              + RETRY_AFTER_MAX
              + ", was to after "
              + retryAfter.get());
    }
  }

  /** With nothing to add. */
  public static RunReport of(Outcome outcome) {
    return new RunReport(outcome, OptionalInt.empty(), Optional.empty());
  }
}
