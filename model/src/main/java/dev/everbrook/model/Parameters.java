package dev.everbrook.model;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a request besides model and messages: temperature, tools, response_format and any
 * other field that the provider understands. Passed on unchanged.
 *
 * @param json a JSON object without the fields of {@link #RESERVED}, which this client sets itself
 */
public record Parameters(String json) {

  /** The fields that the caller may not set. */
  public static final Set<String> RESERVED =
      Set.of(
          "model",
          "messages",
          "stream",
          "stream_options",
          "continue_final_message",
          "add_generation_prompt");

  public static final Parameters NONE = new Parameters("{}");

  public Parameters {
    JsonNode object = object(json);
    List<String> reserved = RESERVED.stream().filter(object::has).sorted().toList();
    if (!reserved.isEmpty()) {
      throw new IllegalArgumentException("parameters must not set " + reserved);
    }
  }

  private static JsonNode object(String json) {
    try {
      JsonNode node = Json.MAPPER.readTree(json);
      if (node.isObject()) {
        return node;
      }
    } catch (JacksonException _) {
      // Reported below.
    }
    throw new IllegalArgumentException("parameters must be a JSON object");
  }

  /** Whether the request offers tools or functions to the model. */
  public boolean offersTools() {
    JsonNode object = object(json);
    return !object.path("tools").isEmpty() || !object.path("functions").isEmpty();
  }
}
