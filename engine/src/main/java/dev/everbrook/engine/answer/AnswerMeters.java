package dev.everbrook.engine.answer;

import dev.everbrook.model.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * The metrics of calls to models. Names follow OpenTelemetry's conventions for generative AI; since
 * those are in development, all names stand in this class. A metric without a conventional name has
 * one of our own. Safe for use by many threads.
 */
final class AnswerMeters {

  private final MeterRegistry registry;

  AnswerMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void firstChunk(String model, long nanos) {
    Timer.builder("gen_ai.client.operation.time_to_first_chunk")
        .tag("gen_ai.request.model", model)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  void used(String model, Usage usage) {
    tokens(model, "input", usage.inputTokens());
    tokens(model, "output", usage.outputTokens());
  }

  /** Counts skipped lines of a stream that were not events. */
  void skipped(String model, int lines) {
    Counter.builder("everbrook.model.skipped.lines")
        .description("Lines of providers' streams that were no events and were passed over")
        .tag("model", model)
        .register(registry)
        .increment(lines);
  }

  private void tokens(String model, String type, long tokens) {
    DistributionSummary.builder("gen_ai.client.token.usage")
        .tag("gen_ai.request.model", model)
        .tag("gen_ai.token.type", type)
        .register(registry)
        .record((double) tokens);
  }
}
