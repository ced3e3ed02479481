package dev.everbrook.engine.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;

/**
 * What a node's queue is told.
 *
 * @param history how long ended jobs are remembered
 * @param telemetry where runs are traced; the context of who enqueues goes with the job
 * @param meters where the queue counts
 */
public record JobSettings(HistorySettings history, OpenTelemetry telemetry, MeterRegistry meters) {

  /** A week of history and no traces. */
  public static JobSettings of(MeterRegistry meters) {
    return new JobSettings(HistorySettings.DEFAULT, OpenTelemetry.noop(), meters);
  }

  public JobSettings measuredBy(MeterRegistry registry) {
    return new JobSettings(history, telemetry, registry);
  }

  public JobSettings tracedBy(OpenTelemetry other) {
    return new JobSettings(history, other, meters);
  }

  public JobSettings remembering(HistorySettings other) {
    return new JobSettings(other, telemetry, meters);
  }
}
