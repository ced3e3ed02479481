package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How one run of a job ended, in the words of its handler. */
public sealed interface Outcome {

  /** The longest snooze. */
  Duration SNOOZE_MAX = Duration.ofHours(24);

  /** The longest time that a failure may put the next attempt off. */
  Duration RETRY_AFTER_MAX = Duration.ofHours(24);

  /**
   * The work is done.
   *
   * @param result JSON text that stays with the job, at most {@value NewJob#PAYLOAD_BYTES_MAX}
   *     bytes; empty for none
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
   * @param after at most a day: a longer time is refused, since a job that waits for days is better
   *     {@linkplain NewJob#after enqueued} with a delay
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
   * The provider asked to come later (a 429): the job's lane is closed for all nodes for {@code
   * after}, and the job waits in it. Does not count as an attempt.
   *
   * @param after as the provider said; the lane is closed for at most seven days, and a longer time
   *     is cut and logged
   * @param reason at most 10,000 characters; a longer text is cut
   */
  record Limited(Duration after, String reason) implements Outcome {

    public Limited {
      reason = Excerpt.reason(reason);
    }
  }

  /**
   * Run again when these jobs, which are enqueued with that, have ended; does not count as an
   * attempt. See {@link Run#children}.
   *
   * @param children at least one: a handler that has nothing to wait for goes on by itself, since
   *     it could not tell being called again from being called for the first time
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
   * It did not work; another attempt may help, or not.
   *
   * @param reason for people; of more than {@value Excerpt#REASON_MAX} characters the first are
   *     kept
   * @param retryAfter how long until the next attempt, 0 to {@link #RETRY_AFTER_MAX}; by default as
   *     the {@link RetryPolicy} says. Without another attempt it means nothing.
   */
  record Failed(String reason, boolean worthRetrying, Optional<Duration> retryAfter)
      implements Outcome {

    public Failed {
      reason = Excerpt.reason(reason);
      retryAfter.ifPresent(Failed::checked);
    }

    /** A failure after which the {@link RetryPolicy} says how long to wait. */
    public Failed(String reason, boolean worthRetrying) {
      this(reason, worthRetrying, Optional.empty());
    }

    /** A failure after which the next attempt waits for so long. */
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

  /** This node is leaving: let another go on at once. Does not count as an attempt. */
  record HandOver() implements Outcome {}
}
