package dev.everbrook.model;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Finds the usage in a chunk, in all places where providers put it. */
final class CountedTokens {

  private CountedTokens() {}

  static Optional<Usage> in(JsonNode chunk) {
    return usage(chunk.path("usage"), "prompt_tokens", "completion_tokens")
        .or(() -> usage(chunk.path("usage"), "input_tokens", "output_tokens"))
        // Moonshot: in the choice; Groq: in its own object; llama.cpp without usage: its timings.
        .or(() -> usage(chunk.at("/choices/0/usage"), "prompt_tokens", "completion_tokens"))
        .or(() -> usage(chunk.at("/x_groq/usage"), "prompt_tokens", "completion_tokens"))
        .or(() -> usage(chunk.path("timings"), "prompt_n", "predicted_n"));
  }

  private static Optional<Usage> usage(JsonNode node, String input, String output) {
    JsonNode in = node.path(input);
    JsonNode out = node.path(output);
    if (!in.isNumber() && !out.isNumber()) {
      return Optional.empty();
    }
    return Optional.of(
        new Usage(
            count(in),
            count(out),
            count(node.path(input + "_details").path("cached_tokens")),
            count(node.path(output + "_details").path("reasoning_tokens"))));
  }

  private static long count(JsonNode node) {
    return Math.max(0, node.asLong(0));
  }
}
