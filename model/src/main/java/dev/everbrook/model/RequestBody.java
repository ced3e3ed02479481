package dev.everbrook.model;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a request for a streamed chat completion. */
final class RequestBody {

  /** Fields of an assistant's message that do not count as content. */
  private static final Set<String> BESIDE =
      Set.of(
          "role",
          "name",
          "id",
          "reasoning_content",
          "reasoning",
          "reasoning_text",
          "thinking",
          "reasoning_details",
          "thinking_blocks");

  private RequestBody() {}

  static byte[] of(ModelRequest request, boolean askForUsage) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("model", request.model());
    ArrayNode messages = body.putArray("messages");
    request.messages().stream()
        .map(RequestBody::json)
        .filter(message -> !saysNothing(message))
        .forEach(messages::add);
    body.setAll((ObjectNode) Json.MAPPER.readTree(request.parameters().json()));
    body.put("stream", true);
    if (askForUsage) {
      body.putObject("stream_options").put("include_usage", true);
    }
    if (request.continuing()) {
      // Fields of vLLM and SGLang; servers that always continue (LM Studio, llama.cpp) ignore them.
      body.put("add_generation_prompt", false);
      body.put("continue_final_message", true);
    }
    return Json.MAPPER.writeValueAsBytes(body);
  }

  private static JsonNode json(Message message) {
    return switch (message) {
      case Message.Said(var role, var content) ->
          Json.MAPPER.createObjectNode().put("role", role(role)).put("content", content);
      case Message.Wire(var json) -> Json.MAPPER.readTree(json);
    };
  }

  /**
   * Whether it is an assistant's message without words, calls or media, from an answer that was
   * stopped or failed before its first word. Some providers answer 400 to an empty message.
   * Reasoning alone does not count as content.
   */
  private static boolean saysNothing(JsonNode message) {
    return Json.text(message, "role").equals("assistant")
        && message.properties().stream()
            .filter(field -> !BESIDE.contains(field.getKey()))
            .allMatch(field -> isBlank(field.getValue()));
  }

  private static boolean isBlank(JsonNode value) {
    if (value.isArray()) {
      return value.valueStream().allMatch(RequestBody::isBlank);
    }
    if (value.isObject()) {
      return value.isEmpty() || value.path("text").isString() && isBlank(value.path("text"));
    }
    return value.isNull() || value.isString() && value.stringValue().isBlank();
  }

  private static String role(Message.Role role) {
    return switch (role) {
      case SYSTEM -> "system";
      case USER -> "user";
      case ASSISTANT -> "assistant";
    };
  }
}
