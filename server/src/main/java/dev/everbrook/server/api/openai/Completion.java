package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.model.Usage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An answer as one chat completion, and the parts shared with its chunks. */
final class Completion {

  private Completion() {}

  /** The whole object of a complete or cut answer. */
  static ObjectNode whole(UUID stream, AnswerOutput output) {
    ObjectNode completion = envelope("chat.completion", stream, output);
    ObjectNode choice = completion.putArray("choices").addObject().put("index", 0);
    choice.set("message", message(stream, output));
    choice.putNull("logprobs").put("finish_reason", finishReason(output));
    if (output.usage().isPresent()) {
      completion.set("usage", usage(output));
    }
    leaveOut(completion, output);
    return completion;
  }

  /** Adds the left-out content to the last object of an answer. */
  static void leaveOut(ObjectNode last, AnswerOutput output) {
    ArrayNode missing = LeftOutJson.of(output);
    if (!missing.isEmpty()) {
      last.set("left_out", missing);
    }
  }

  /** The common first fields of all chunks; equal at every replay. */
  static ObjectNode envelope(String object, UUID stream, AnswerOutput output) {
    return Json.object()
        .put("id", "chatcmpl-" + ResponseIds.hex(stream))
        .put("object", object)
        .put("created", output.createdAt().getEpochSecond())
        .put("model", output.model());
  }

  private static ObjectNode message(UUID stream, AnswerOutput output) {
    String text = output.text(AnswerEvent.Kind.TEXT);
    String refusal = output.text(AnswerEvent.Kind.REFUSAL);
    String reasoning = output.text(AnswerEvent.Kind.REASONING);
    ArrayNode calls = calls(output);
    boolean silent = text.isEmpty() && !(refusal.isEmpty() && calls.isEmpty());
    ObjectNode message = Json.object().put("role", "assistant");
    message.put("content", silent ? null : text);
    message.put("refusal", refusal.isEmpty() ? null : refusal);
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning);
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    CompletionExtras.put(message, stream, output);
    return message;
  }

  private static ArrayNode calls(AnswerOutput output) {
    ArrayNode calls = Json.array();
    for (OutputItem item : output.items()) {
      if (item.kind() instanceof AnswerEvent.Item.CallItem(String call, String name)) {
        ObjectNode tool = calls.addObject().put("id", call).put("type", "function");
        tool.putObject("function").put("name", name).put("arguments", item.arguments().toString());
        item.kept().ifPresent(it -> CompletionExtras.keep(tool, it));
      }
    }
    return calls;
  }

  /** The reason for the end; the provider's own word if this API has none for it. */
  static @Nullable String finishReason(AnswerOutput output) {
    return switch (output.end().orElse(new AnswerEvent.Cancelled())) {
      case AnswerEvent.Completed _ ->
          output.items().stream().anyMatch(it -> it.kind() instanceof AnswerEvent.Item.CallItem)
              ? "tool_calls"
              : "stop";
      case AnswerEvent.Incomplete(var reason, _) ->
          reason.equals("answer_too_long") ? "length" : reason;
      case AnswerEvent.Failed _, AnswerEvent.Cancelled _ -> null;
    };
  }

  /** The tokens by the provider's count; null if it sent none. */
  static JsonNode usage(AnswerOutput output) {
    return output.usage().map(Completion::usage).orElseGet(Json.MAPPER::nullNode);
  }

  private static JsonNode usage(Usage usage) {
    ObjectNode json =
        Json.object()
            .put("prompt_tokens", usage.inputTokens())
            .put("completion_tokens", usage.outputTokens())
            .put("total_tokens", usage.inputTokens() + usage.outputTokens());
    json.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedTokens());
    json.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
    return json;
  }
}
