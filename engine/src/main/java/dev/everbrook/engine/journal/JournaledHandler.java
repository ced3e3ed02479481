package dev.everbrook.engine.journal;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;

/** Does the work of one kind of job and reports its progress; otherwise as {@code job.Handler}. */
@FunctionalInterface
public interface JournaledHandler {

  Outcome run(Run run, Journal journal) throws Exception;
}
