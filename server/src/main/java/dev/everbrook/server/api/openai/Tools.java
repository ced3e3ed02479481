package dev.everbrook.server.api.openai;

import dev.everbrook.engine.text.Excerpt;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tools of the Responses API, which are flat, and of chat completions, which are nested. */
final class Tools {

  private static final Set<String> MODES = Set.of("none", "auto", "required");

  private Tools() {}

  /** The tools for a response, with every field that its clients require. */
  static ArrayNode shown(List<JsonNode> tools) {
    ArrayNode shown = Json.array();
    for (JsonNode tool : tools) {
      String at = "tools[" + shown.size() + "]";
      if (!Json.text(tool, "type").equals("function")) {
        throw OpenAiError.invalid(
                at,
                "A tool must be a function, which the client runs; '"
                    + Excerpt.of(Json.text(tool, "type"))
                    + "' is not supported.")
            .refused();
      }
      if (Json.text(tool, "name").isEmpty()) {
        throw OpenAiError.invalid(at + ".name", "A function must have a name.").refused();
      }
      ObjectNode function = (ObjectNode) tool.deepCopy();
      for (String field : new String[] {"parameters", "strict"}) {
        if (function.path(field).isMissingNode()) {
          function.putNull(field);
        }
      }
      shown.add(function);
    }
    return shown;
  }

  /** The same tools for chat completions. */
  static ArrayNode nested(ArrayNode flat) {
    ArrayNode nested = Json.array();
    for (JsonNode tool : flat) {
      ObjectNode function = Json.object();
      for (String field : new String[] {"name", "description", "parameters", "strict"}) {
        if (!Json.isAbsent(tool.path(field))) {
          function.set(field, tool.path(field));
        }
      }
      nested.add(Json.typed("function").set("function", function));
    }
    return nested;
  }

  /** The tool choice in the form of chat completions. */
  static JsonNode choice(JsonNode choice) {
    if (choice.isString() && MODES.contains(choice.stringValue())) {
      return choice;
    }
    if (Json.text(choice, "type").equals("function")) {
      ObjectNode nested = Json.typed("function");
      nested.putObject("function").put("name", Json.text(choice, "name"));
      return nested;
    }
    throw OpenAiError.invalid(
            "tool_choice",
            "tool_choice must be none, auto, required, or {\"type\": \"function\", \"name\": …}.")
        .refused();
  }
}
