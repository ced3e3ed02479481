package dev.everbrook.server.api.openai;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.model.Parameters;
import dev.everbrook.server.http.JsonBody;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checked body of {@code POST /v1/responses}.
 *
 * @param input the items of this turn
 * @param previous the response whose conversation this turn continues
 * @param shown the fields of the request that the response repeats
 * @param parameters further fields for the provider, under the names of chat completions
 * @param store whether the response can be retrieved later
 */
record ResponseRequest(
    String model,
    List<ObjectNode> input,
    Optional<String> instructions,
    Optional<UUID> previous,
    ObjectNode shown,
    Parameters parameters,
    boolean stream,
    boolean background,
    boolean store) {

  private static final int METADATA_MAX = 16;

  /** Fields with the same name and meaning in chat completions. */
  private static final List<String> SAME_NUMBERS = List.of("temperature", "top_p");

  private static final List<String> SAME_TEXTS =
      List.of("user", "safety_identifier", "prompt_cache_key", "service_tier");

  static ResponseRequest of(JsonBody body) {
    boolean background = body.is("background");
    boolean store = body.flag("store").orElse(true);
    OpenAiError.refuse(
        "store", background && !store, "A background response must be stored to be found again.");
    OpenAiError.refuse(
        "conversation",
        body.has("conversation"),
        "This server keeps no conversations: use previous_response_id.");
    OpenAiError.refuse(
        "prompt",
        body.has("prompt"),
        "This server keeps no prompt templates: send instructions and input.");
    ArrayNode tools = Tools.shown(body.array("tools"));
    return new ResponseRequest(
        ModelName.of(body),
        InputItems.of(body.json().path("input")),
        body.text("instructions"),
        body.text("previous_response_id").map(ResponseRequest::previous),
        shown(body, tools, background, store),
        parameters(body, tools),
        body.is("stream"),
        background,
        store);
  }

  private static UUID previous(String id) {
    return ResponseIds.stream(id).orElseThrow(() -> noPrevious(id));
  }

  static OpenAiError.Refused noPrevious(String id) {
    return new OpenAiError(
            400,
            OpenAiError.INVALID,
            "previous_response_not_found",
            "previous_response_id",
            "There is no response with the id '" + Excerpt.of(id) + "'.")
        .refused();
  }

  private static Parameters parameters(JsonBody body, ArrayNode tools) {
    ObjectNode told = Json.object();
    SAME_NUMBERS.forEach(name -> body.number(name).ifPresent(it -> told.set(name, it)));
    SAME_TEXTS.forEach(name -> body.text(name).ifPresent(it -> told.put(name, it)));
    body.number("max_output_tokens").ifPresent(it -> told.set("max_completion_tokens", it));
    body.object("reasoning")
        .flatMap(it -> it.text("effort"))
        .ifPresent(it -> told.put("reasoning_effort", it));
    body.object("text").ifPresent(it -> format(it, told));
    if (!tools.isEmpty()) {
      told.set("tools", Tools.nested(tools));
      body.flag("parallel_tool_calls").ifPresent(it -> told.put("parallel_tool_calls", it));
      JsonNode choice = body.json().path("tool_choice");
      if (!Json.isAbsent(choice)) {
        told.set("tool_choice", Tools.choice(choice));
      }
    }
    return new Parameters(Json.MAPPER.writeValueAsString(told));
  }

  private static void format(JsonBody text, ObjectNode told) {
    text.text("verbosity").ifPresent(it -> told.put("verbosity", it));
    text.object("format")
        .map(JsonBody::json)
        .ifPresent(format -> {
          switch (Json.text(format, "type")) {
            case "text" -> {
              // The default.
            }
            case "json_object" -> told.set("response_format", Json.typed("json_object"));
            case "json_schema" -> {
              ObjectNode schema = format.deepCopy();
              schema.remove("type");
              ObjectNode asked = Json.typed("json_schema");
              asked.set("json_schema", schema);
              told.set("response_format", asked);
            }
            default ->
                throw OpenAiError.invalid(
                        "text.format", "text.format.type must be text, json_object or json_schema.")
                    .refused();
          }
        });
  }

  private static ObjectNode shown(
      JsonBody body, ArrayNode tools, boolean background, boolean store) {
    ObjectNode shown = Json.object().put("background", background).put("store", store);
    for (String name : List.of("instructions", "previous_response_id", "user")) {
      shown.put(name, body.text(name).orElse(null));
    }
    for (String name : List.of("temperature", "top_p", "max_output_tokens")) {
      shown.set(name, body.number(name).orElseGet(Json.MAPPER::nullNode));
    }
    shown.set("tools", tools);
    JsonNode choice = body.json().path("tool_choice");
    shown.set("tool_choice", Json.isAbsent(choice) ? Json.MAPPER.valueToTree("auto") : choice);
    shown.put("parallel_tool_calls", body.flag("parallel_tool_calls").orElse(true));
    shown.set("text", text(body));
    shown.set(
        "reasoning",
        body.object("reasoning").map(JsonBody::json).orElseGet(ResponseRequest::noReasoning));
    shown.put("truncation", "disabled");
    shown.set("metadata", metadata(body));
    return shown;
  }

  private static ObjectNode text(JsonBody body) {
    ObjectNode text = body.object("text").map(it -> it.json().deepCopy()).orElseGet(Json::object);
    if (Json.isAbsent(text.path("format"))) {
      text.set("format", Json.typed("text"));
    }
    return text;
  }

  private static ObjectNode noReasoning() {
    return Json.object().putNull("effort").putNull("summary");
  }

  private static ObjectNode metadata(JsonBody body) {
    ObjectNode metadata = body.object("metadata").map(JsonBody::json).orElseGet(Json::object);
    boolean strings = metadata.properties().stream().allMatch(it -> it.getValue().isString());
    OpenAiError.refuse(
        "metadata",
        !strings || metadata.size() > METADATA_MAX,
        "metadata must be an object of at most " + METADATA_MAX + " strings.");
    return metadata;
  }
}
