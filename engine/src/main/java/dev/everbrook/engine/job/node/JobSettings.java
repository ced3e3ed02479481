package dev.everbrook.engine.job.node;

import dev.everbrook.engine.job.HistorySettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;

/**
 * The settings of a node's queue; an application has {@link dev.everbrook.engine.EngineSettings}.
 *
 * @param history how long ended jobs are remembered
 * @param grace how long a node that closes lets its runs go on before it asks them to hand over
 * @param telemetry where runs are traced; the trace context of the enqueueing goes with the job
 * @param meters where the queue counts
 */
public record JobSettings(
    HistorySettings history, Duration grace, OpenTelemetry telemetry, MeterRegistry meters) {

  /** A week of history, no grace and no traces. */
  public static JobSettings of(MeterRegistry meters) {
    return new JobSettings(HistorySettings.DEFAULT, Duration.ZERO, OpenTelemetry.noop(), meters);
  }
}
