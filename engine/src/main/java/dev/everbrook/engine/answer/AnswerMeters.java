package dev.everbrook.engine.answer;

import dev.everbrook.model.Usage;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * What is measured of calls to models, under the names of OpenTelemetry's conventions for
 * generative AI (status: development), which is why they stand in one place. Safe for use by many
 * threads.
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

  private void tokens(String model, String type, long tokens) {
    DistributionSummary.builder("gen_ai.client.token.usage")
        .tag("gen_ai.request.model", model)
        .tag("gen_ai.token.type", type)
        .register(registry)
        .record((double) tokens);
  }
}
