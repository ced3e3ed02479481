package dev.everbrook.engine.job;

import java.time.Duration;
import java.util.List;

/** How one run of a job ended, in the words of its handler. */
public sealed interface Outcome {

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

  /** Run again no sooner than {@code after}; does not count as an attempt. */
  record Snooze(Duration after, String reason) implements Outcome {}

  /**
   * Somebody said to come later (a 429): the job's lane is closed for all nodes for {@code after},
   * and the job waits in it. Does not count as an attempt.
   */
  record Limited(Duration after, String reason) implements Outcome {}

  /**
   * Run again when these jobs, which are enqueued with that, have ended; does not count as an
   * attempt. See {@link Run#children}.
   */
  record AfterChildren(List<Child> children) implements Outcome {

    public AfterChildren {
      children = List.copyOf(children);
    }
  }

  /**
   * It did not work; another attempt may help, or not.
   *
   * @param reason for people; of more than {@value Shown#REASON_MAX} characters the first are kept
   */
  record Failed(String reason, boolean worthRetrying) implements Outcome {}

  /** Somebody cancelled the job, and the handler has stopped. */
  record Cancelled() implements Outcome {}

  /** This node is leaving: let another go on at once. Does not count as an attempt. */
  record HandOver() implements Outcome {}
}
