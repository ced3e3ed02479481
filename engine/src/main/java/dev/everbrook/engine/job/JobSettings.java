package dev.everbrook.engine.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;

/**
 * The settings of a node's queue.
 *
 * @param history how long ended jobs are remembered
 * @param grace how long a node that closes lets its runs go on before it asks them to hand over: 0
 *     to 1 h
 * @param telemetry where runs are traced; the trace context of the enqueueing goes with the job
 * @param meters where the queue counts
 */
public record JobSettings(
    HistorySettings history, Duration grace, OpenTelemetry telemetry, MeterRegistry meters) {

  private static final Duration GRACE_MAX = Duration.ofHours(1);

  public JobSettings {
    if (grace.isNegative() || grace.compareTo(GRACE_MAX) > 0) {
      throw new IllegalArgumentException("the grace must be 0 to " + GRACE_MAX + ", was " + grace);
    }
  }

  /** A week of history, no grace and no traces. */
  public static JobSettings of(MeterRegistry meters) {
    return new JobSettings(HistorySettings.DEFAULT, Duration.ZERO, OpenTelemetry.noop(), meters);
  }

  public JobSettings measuredBy(MeterRegistry registry) {
    return new JobSettings(history, grace, telemetry, registry);
  }

  public JobSettings tracedBy(OpenTelemetry other) {
    return new JobSettings(history, grace, other, meters);
  }

  public JobSettings remembering(HistorySettings other) {
    return new JobSettings(other, grace, telemetry, meters);
  }

  /** Lets what runs go on so long when the node closes. */
  public JobSettings finishing(Duration other) {
    return new JobSettings(history, other, telemetry, meters);
  }
}
