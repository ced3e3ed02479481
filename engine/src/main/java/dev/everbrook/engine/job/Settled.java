package dev.everbrook.engine.job;

import java.time.Duration;

/** What became of a job whose worker said how its run went. */
public sealed interface Settled {

  /** It has left its queue; told again, it is the same. */
  record Over(Ended how) implements Settled {}

  /** It runs again, no sooner than {@code after}. */
  record Again(Duration after) implements Settled {}

  /** Nothing: the run does not hold it. Somebody else may, or it ran again and ended long ago. */
  record NotHeld() implements Settled {}
}
