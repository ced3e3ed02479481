package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The outcome of one run of a job, as its handler returns it. For a further outcome, the exhaustive
 * switches over this interface find all places to change.
 */
public sealed interface Outcome {

  /** The longest snooze. */
  Duration SNOOZE_MAX = Duration.ofHours(24);

  /** The longest time between a failure and the next attempt. */
  Duration RETRY_AFTER_MAX = Duration.ofHours(24);

  /**
   * The work is done.
   *
   * @param result JSON text, kept with the job, at most {@value NewJob#PAYLOAD_BYTES_MAX} bytes;
   *     empty for none
   */
  record Done(String result) implements Outcome {

    public Done {
      NewJob.bounded("result", result, NewJob.PAYLOAD_BYTES_MAX);
      if (!result.isEmpty()) {
        Json.check(result);
      }
    }

    /** Done without a result. */
    public Done() {
      this("");
    }
  }

  /**
   * Run again no sooner than {@code after}; does not count as an attempt.
   *
   * @param after at most a day; a negative time counts as 0. A longer time is refused: for that,
   *     {@linkplain NewJob#after enqueue} a job with a delay
   * @param reason at most 10,000 characters; a longer text is cut
   */
  record Snooze(Duration after, String reason) implements Outcome {

    public Snooze {
      if (after.compareTo(SNOOZE_MAX) > 0) {
        throw new IllegalArgumentException(
            "a snooze must be at most "
                + SNOOZE_MAX
                + ", was "
                + after
                + "; snooze again when it is over, or enqueue a job with a delay");
      }
      after = after.isNegative() ? Duration.ZERO : after;
      reason = Excerpt.reason(reason);
    }
  }

  /**
   * The provider limits its rate (a 429): the job's lane is closed on all nodes for {@code after},
   * and the job waits in it. Does not count as an attempt.
   *
   * @param after the time that the provider named; a time above seven days is cut to that and
   *     logged, a negative one counts as 0
   * @param reason at most 10,000 characters; a longer text is cut
   */
  record Limited(Duration after, String reason) implements Outcome {

    public Limited {
      reason = Excerpt.reason(reason);
    }
  }

  /**
   * Enqueue these jobs, and run again when they have ended; does not count as an attempt. {@link
   * Run#children} reads their ends.
   *
   * @param children at least one. Without any, the next call of the handler would look like the
   *     first one
   */
  record AfterChildren(List<Child> children) implements Outcome {

    public AfterChildren {
      children = List.copyOf(children);
      if (children.isEmpty()) {
        throw new IllegalArgumentException(
            "a job needs at least one child to wait for; with none, return what follows at once");
      }
    }
  }

  /**
   * The attempt failed; another attempt may help, or not.
   *
   * @param reason for people; the first {@value Excerpt#REASON_MAX} characters are kept
   * @param retryAfter the time until the next attempt, 0 to {@link #RETRY_AFTER_MAX}; by default
   *     that of the {@link RetryPolicy}. Ignored if there is no other attempt
   */
  record Failed(String reason, boolean worthRetrying, Optional<Duration> retryAfter)
      implements Outcome {

    public Failed {
      reason = Excerpt.reason(reason);
      retryAfter.ifPresent(Failed::checked);
    }

    /** A failure with the wait of the {@link RetryPolicy}. */
    public Failed(String reason, boolean worthRetrying) {
      this(reason, worthRetrying, Optional.empty());
    }

    /** A failure with this wait before the next attempt, 0 to {@link #RETRY_AFTER_MAX}. */
    public static Failed retryAfter(Duration delay, String reason) {
      return new Failed(reason, true, Optional.of(delay));
    }

    static Duration checked(Duration delay) {
      if (delay.isNegative() || delay.compareTo(RETRY_AFTER_MAX) > 0) {
        throw new IllegalArgumentException(
            "the next attempt must follow after 0 to " + RETRY_AFTER_MAX + ", was " + delay);
      }
      return delay;
    }
  }

  /** The job was cancelled, and the handler has stopped. */
  record Cancelled() implements Outcome {}

  /** This node is closing: another one may run the job at once. Does not count as an attempt. */
  record HandOver() implements Outcome {}
}
