package dev.everbrook.engine.job;

import java.time.Duration;

/** What became of a job whose worker said how its run went. */
public sealed interface ReportResult {

  /** It has left its queue; told again, it is the same. */
  record Over(Ended how) implements ReportResult {}

  /** It runs again, no sooner than {@code after}. */
  record Again(Duration after) implements ReportResult {}

  /** Nothing: the run does not hold it. Another run may, or it ran again and ended long ago. */
  record NotHeld() implements ReportResult {}
}
