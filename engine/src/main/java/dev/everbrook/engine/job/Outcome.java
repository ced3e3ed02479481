package dev.everbrook.engine.job;

import java.time.Duration;

/** How one run of a job ended, in the words of its handler. */
public sealed interface Outcome {

  /** The work is done. */
  record Done() implements Outcome {}

  /** Run again no sooner than {@code after}; does not count as an attempt. */
  record Snooze(Duration after, String reason) implements Outcome {}

  /** It did not work; another attempt may help, or not. */
  record Failed(String reason, boolean worthRetrying) implements Outcome {}

  /** Somebody cancelled the job, and the handler has stopped. */
  record Cancelled() implements Outcome {}

  /** This node is leaving: let another go on at once. Does not count as an attempt. */
  record HandOver() implements Outcome {}
}
