package dev.everbrook.engine.job;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted of jobs. Safe for use by many threads. */
final class JobMeters {

  private final MeterRegistry registry;
  private final Counter retried;
  private final Counter returned;
  private final Counter left;
  private final Counter fenced;
  private final Counter rescued;

  JobMeters(MeterRegistry registry) {
    this.registry = registry;
    this.retried = registry.counter("everbrook.job.retried");
    this.returned = registry.counter("everbrook.job.returned");
    this.left = registry.counter("everbrook.job.left");
    this.fenced = registry.counter("everbrook.job.fenced");
    this.rescued = registry.counter("everbrook.job.rescued");
  }

  void written(Verdict verdict) {
    switch (verdict) {
      case Verdict.Finish finish ->
          registry.counter("everbrook.job.finished", "outcome", finish.how().column()).increment();
      case Verdict.RunAgain again -> (again.counts() ? retried : returned).increment();
      case Verdict.Left _ -> left.increment();
    }
  }

  /** Measures how many jobs are on this node. */
  void running(Runner runner) {
    registry.gauge("everbrook.jobs.running", runner, it -> it.running().size());
  }

  /** A verdict came from a run that no longer held its job. */
  void fenced() {
    fenced.increment();
  }

  void rescued(int jobs) {
    rescued.increment(jobs);
  }
}
