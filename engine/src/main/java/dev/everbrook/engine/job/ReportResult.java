package dev.everbrook.engine.job;

import java.time.Duration;

/** The effect of a worker's report on its job. */
public sealed interface ReportResult {

  /** The job has ended; a repeated report gets the same result. */
  record Over(Ended how) implements ReportResult {}

  /** The job runs again, no sooner than {@code after}. */
  record Again(Duration after) implements ReportResult {}

  /** No effect: the run does not hold the job. Another run may hold it, or the job has ended. */
  record NotHeld() implements ReportResult {}
}
