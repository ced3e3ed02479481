package dev.everbrook.engine.answer;

import dev.everbrook.model.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * What is measured of calls to models, under the names of OpenTelemetry's conventions for
 * generative AI (status: development), which is why they stand in one place; for what has no name
 * there, under one of our own. Safe for use by many threads.
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

  /** Lines of a stream that were no events and were passed over. */
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
