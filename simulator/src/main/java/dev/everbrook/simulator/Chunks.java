package dev.everbrook.simulator;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of one completion, as a stream of chunks or as a whole. */
final class Chunks {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final String id;
  private final String model;
  private final long created = Instant.now().getEpochSecond();
  private final int promptTokens;

  Chunks(Call call, Script script) {
    this.id = "chatcmpl-sim-" + call.number();
    this.model = call.model();
    this.promptTokens =
        script.question().stream().mapToInt(turn -> Answer.tokens(turn.content()).size()).sum();
  }

  String role() {
    return delta(Map.of("role", "assistant", "content", ""), null);
  }

  String text(String text) {
    return delta(Map.of("content", text), null);
  }

  String thinking(String text) {
    return delta(Map.of("reasoning_content", text), null);
  }

  String refusal(String text) {
    return delta(Map.of("refusal", text), null);
  }

  String finish(String reason) {
    return delta(Map.of(), reason);
  }

  String usage(int tokens) {
    var chunk = envelope("chat.completion.chunk", List.of());
    chunk.put("usage", counted(tokens));
    return JSON.writeValueAsString(chunk);
  }

  /** The same chunk with a running count in it, as some servers send. */
  String counting(String chunk, int tokens) {
    String usage = JSON.writeValueAsString(counted(tokens));
    return chunk.substring(0, chunk.length() - 1) + ",\"usage\":" + usage + "}";
  }

  String whole(String text, String thinking, String reason, int tokens) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    message.put("content", text);
    if (!thinking.isEmpty()) {
      message.put("reasoning_content", thinking);
    }
    var answer =
        envelope(
            "chat.completion",
            List.of(Map.of("index", 0, "message", message, "finish_reason", reason)));
    answer.put("usage", counted(tokens));
    return JSON.writeValueAsString(answer);
  }

  private String delta(Map<String, String> delta, @Nullable String reason) {
    Map<String, @Nullable Object> choice = new LinkedHashMap<>();
    choice.put("index", 0);
    choice.put("delta", delta);
    choice.put("finish_reason", reason);
    return JSON.writeValueAsString(envelope("chat.completion.chunk", List.of(choice)));
  }

  private Map<String, Object> envelope(String object, List<?> choices) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("id", id);
    envelope.put("object", object);
    envelope.put("created", created);
    envelope.put("model", model);
    envelope.put("choices", choices);
    return envelope;
  }

  private Map<String, Integer> counted(int tokens) {
    return Map.of(
        "prompt_tokens", promptTokens,
        "completion_tokens", tokens,
        "total_tokens", promptTokens + tokens);
  }
}
