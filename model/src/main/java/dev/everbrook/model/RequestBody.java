package dev.everbrook.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of a request for a streamed chat completion. */
final class RequestBody {

  private RequestBody() {}

  static byte[] of(ModelRequest request, boolean askForUsage) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", request.model());
    List<Map<String, String>> messages = new ArrayList<>();
    for (Message message : request.messages()) {
      messages.add(Map.of("role", role(message.role()), "content", message.content()));
    }
    body.put("messages", messages);
    body.put("stream", true);
    if (askForUsage) {
      body.put("stream_options", Map.of("include_usage", true));
    }
    if (request.continuing()) {
      // As vLLM and SGLang name it; servers that continue anyway (LM Studio, llama.cpp) ignore it.
      body.put("add_generation_prompt", false);
      body.put("continue_final_message", true);
    }
    return Json.MAPPER.writeValueAsBytes(body);
  }

  private static String role(Message.Role role) {
    return switch (role) {
      case SYSTEM -> "system";
      case USER -> "user";
      case ASSISTANT -> "assistant";
    };
  }
}
