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
  private final Script script;
  private final long created = Instant.now().getEpochSecond();
  private final int promptTokens;

  Chunks(Call call, Script script) {
    this.id = "chatcmpl-sim-" + call.number();
    this.model = call.model();
    this.script = script;
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

  /** The first chunk of a call: all but its arguments. */
  String call(int index, ToolCall call) {
    Map<String, Object> fragment = new LinkedHashMap<>(Map.of("index", index));
    fragment.putAll(function(call, ""));
    return delta(Map.of("tool_calls", List.of(fragment)), null);
  }

  String arguments(int index, String piece) {
    var fragment = Map.of("index", index, "function", Map.of("arguments", piece));
    return delta(Map.of("tool_calls", List.of(fragment)), null);
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

  /** The whole answer in one. */
  String whole() {
    Script.Said said = script.said();
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("role", "assistant");
    boolean silent = !said.refusal().isEmpty() || !said.calls().isEmpty();
    message.put("content", silent ? null : String.join("", said.text()));
    message.put("refusal", said.refusal().isEmpty() ? null : String.join("", said.refusal()));
    if (!said.thinking().isEmpty()) {
      message.put("reasoning_content", String.join("", said.thinking()));
    }
    if (!said.calls().isEmpty()) {
      message.put(
          "tool_calls", said.calls().stream().map(it -> function(it, it.arguments())).toList());
    }
    var answer =
        envelope(
            "chat.completion",
            List.of(Map.of("index", 0, "message", message, "finish_reason", script.reason())));
    answer.put("usage", counted(said.tokens()));
    return JSON.writeValueAsString(answer);
  }

  private static Map<String, Object> function(ToolCall call, String arguments) {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("id", call.id());
    function.put("type", "function");
    function.put("function", Map.of("name", call.name(), "arguments", arguments));
    return function;
  }

  private String delta(Map<String, ?> delta, @Nullable String reason) {
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

  private Map<String, Object> counted(int tokens) {
    Map<String, Object> counted = new LinkedHashMap<>();
    counted.put("prompt_tokens", promptTokens);
    counted.put("completion_tokens", tokens);
    counted.put("total_tokens", promptTokens + tokens);
    int thought = Math.min(tokens, script.said().thinking().size());
    if (thought > 0) {
      counted.put("completion_tokens_details", Map.of("reasoning_tokens", thought));
    }
    return counted;
  }
}
