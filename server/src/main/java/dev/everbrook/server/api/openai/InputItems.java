package dev.everbrook.server.api.openai;

import dev.everbrook.engine.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The input of a response, checked and normalized for storing and listing. */
final class InputItems {

  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
  private static final Set<String> DETAILS = Set.of("low", "high", "auto", "original");

  private InputItems() {}

  /** The type of an item; an item with only a role is a message. */
  static String type(JsonNode item) {
    String type = Json.text(item, "type");
    return type.isEmpty() && item.has("role") ? "message" : type;
  }

  /** Reads a client's input: a string, or an array of items. */
  static List<ObjectNode> of(JsonNode input) {
    if (input.isString()) {
      ObjectNode said = Json.typed("message").put("role", "user");
      said.set("content", texts("input_text", input.stringValue()));
      return List.of(said);
    }
    if (!input.isArray() || input.isEmpty()) {
      throw wrong("input", "must be a string or an array of items.");
    }
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : input) {
      items.add(item(item, "input[" + items.size() + "]"));
    }
    return items;
  }

  private static ObjectNode item(JsonNode item, String at) {
    return switch (type(item)) {
      case "message" -> message(item, at);
      case "function_call" -> call(item, at);
      case "function_call_output" -> result(item, at);
      case "reasoning" -> ((ObjectNode) item).deepCopy();
      // A model's picture is not sent to it again, so its data is not stored again.
      case "image_generation_call" ->
          named("image_generation_call", item).put("status", "completed").putNull("result");
      default ->
          throw wrong(
              at,
              "must be a message, function_call, function_call_output, reasoning or"
                  + " image_generation_call; '"
                  + Excerpt.of(type(item))
                  + "' is not supported.");
    };
  }

  private static ObjectNode message(JsonNode item, String at) {
    String role = Json.text(item, "role");
    if (!ROLES.contains(role)) {
      throw wrong(at + ".role", "must be user, assistant, system or developer.");
    }
    ObjectNode message = named("message", item).put("role", role).put("status", "completed");
    String kind = role.equals("assistant") ? "output_text" : "input_text";
    message.set("content", content(item.path("content"), kind, at + ".content"));
    return message;
  }

  private static ObjectNode call(JsonNode item, String at) {
    ObjectNode call =
        named("function_call", item)
            .put("call_id", required(item, "call_id", at))
            .put("name", required(item, "name", at))
            .put("arguments", arguments(item.path("arguments"), at))
            .put("status", "completed");
    if (item.path(ResponseObject.PROVIDER_DATA) instanceof ObjectNode data) {
      call.set(ResponseObject.PROVIDER_DATA, data);
    }
    return call;
  }

  /** The arguments as JSON text; a client that parsed them sends an object. */
  private static String arguments(JsonNode arguments, String at) {
    if (Json.isAbsent(arguments)) {
      return "";
    }
    if (!arguments.isString() && !arguments.isObject()) {
      throw wrong(at + ".arguments", "must be a string of JSON.");
    }
    return arguments.isString() ? arguments.stringValue() : arguments.toString();
  }

  private static ObjectNode result(JsonNode item, String at) {
    ObjectNode result =
        named("function_call_output", item)
            .put("call_id", required(item, "call_id", at))
            .put("status", "completed");
    JsonNode output = item.path("output");
    result.set(
        "output", output.isString() ? output : content(output, "input_text", at + ".output"));
    return result;
  }

  private static ObjectNode named(String type, JsonNode item) {
    ObjectNode named = Json.typed(type);
    String id = Json.text(item, "id");
    return id.isEmpty() ? named : named.put("id", id);
  }

  private static String required(JsonNode item, String field, String at) {
    String text = Json.text(item, field);
    if (text.isEmpty()) {
      throw wrong(at + "." + field, "must be a string that is not empty.");
    }
    return text;
  }

  private static ArrayNode content(JsonNode content, String kind, String at) {
    if (content.isString()) {
      return texts(kind, content.stringValue());
    }
    if (!content.isArray()) {
      throw wrong(at, "must be a string or an array of parts.");
    }
    ArrayNode parts = Json.array();
    for (JsonNode part : content) {
      parts.add(part(part, kind, at + "[" + parts.size() + "]"));
    }
    return parts;
  }

  private static ObjectNode part(JsonNode part, String kind, String at) {
    return switch (Json.text(part, "type")) {
      case "input_text", "output_text", "text" -> text(kind, Json.text(part, "text"));
      case "refusal" -> Json.typed("refusal").put("refusal", Json.text(part, "refusal"));
      case "input_image" -> image(part, at);
      default ->
          throw wrong(
              at,
              "must be input_text or input_image, or output_text or refusal of an assistant; '"
                  + Excerpt.of(Json.text(part, "type"))
                  + "' is not supported.");
    };
  }

  private static ObjectNode image(JsonNode part, String at) {
    String url = Json.text(part, "image_url");
    if (url.isEmpty()) {
      throw wrong(
          at + ".image_url",
          "must be the address of the picture or a data: URL; this server stores no files.");
    }
    String detail = Json.text(part, "detail");
    return Json.typed("input_image")
        .put("image_url", url)
        .put("detail", DETAILS.contains(detail) ? detail : "auto");
  }

  private static ArrayNode texts(String kind, String text) {
    return Json.array().add(text(kind, text));
  }

  private static ObjectNode text(String kind, String text) {
    ObjectNode part = Json.typed(kind).put("text", text);
    if (kind.equals("output_text")) {
      part.putArray("annotations");
    }
    return part;
  }

  private static OpenAiError.Refused wrong(String at, String what) {
    return OpenAiError.invalid(at, at + " " + what).refused();
  }
}
