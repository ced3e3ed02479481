package dev.everbrook.engine.job.finish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;

/** The counters of jobs. Safe for use by many threads. */
public final class JobMeters {

  private final MeterRegistry registry;
  private final Counter retried;
  private final Counter returned;
  private final Counter left;
  private final Counter fenced;
  private final Counter rescued;

  public JobMeters(MeterRegistry registry) {
    this.registry = registry;
    this.retried = registry.counter("everbrook.job.retried");
    this.returned = registry.counter("everbrook.job.returned");
    this.left = registry.counter("everbrook.job.left");
    this.fenced = registry.counter("everbrook.job.fenced");
    this.rescued = registry.counter("everbrook.job.rescued");
  }

  public void written(Verdict verdict) {
    switch (verdict) {
      case Verdict.Finish finish ->
          registry.counter("everbrook.job.finished", "outcome", finish.how().column()).increment();
      case Verdict.RunAgain again -> (again.counts() ? retried : returned).increment();
      case Verdict.Left _ -> left.increment();
    }
  }

  /** Measures the number of jobs on this node. */
  public void running(Collection<?> runs) {
    registry.gaugeCollectionSize("everbrook.jobs.running", Tags.empty(), runs);
  }

  /** Counts a verdict of a run that no longer held its job. */
  public void fenced() {
    fenced.increment();
  }

  public void rescued(int jobs) {
    rescued.increment(jobs);
  }
}
