package dev.everbrook.model;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a request for a streamed chat completion. */
final class RequestBody {

  private RequestBody() {}

  static byte[] of(ModelRequest request, boolean askForUsage) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("model", request.model());
    ArrayNode messages = body.putArray("messages");
    request.messages().forEach(message -> add(message, messages));
    body.setAll((ObjectNode) Json.MAPPER.readTree(request.parameters().json()));
    body.put("stream", true);
    if (askForUsage) {
      body.putObject("stream_options").put("include_usage", true);
    }
    if (request.continuing()) {
      // As vLLM and SGLang name it; servers that continue anyway (LM Studio, llama.cpp) ignore it.
      body.put("add_generation_prompt", false);
      body.put("continue_final_message", true);
    }
    return Json.MAPPER.writeValueAsBytes(body);
  }

  private static void add(Message message, ArrayNode messages) {
    switch (message) {
      case Message.Said(var role, var content) ->
          messages.addObject().put("role", role(role)).put("content", content);
      case Message.Wire(var json) -> messages.add(Json.MAPPER.readTree(json));
    }
  }

  private static String role(Message.Role role) {
    return switch (role) {
      case SYSTEM -> "system";
      case USER -> "user";
      case ASSISTANT -> "assistant";
    };
  }
}
