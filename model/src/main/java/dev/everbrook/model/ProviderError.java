package dev.everbrook.model;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An error as a provider states it, whatever shape it chose.
 *
 * @param message its words, possibly empty
 * @param type its kind, as OpenAI names it, possibly empty
 * @param code its code, a word or a number, possibly empty
 */
record ProviderError(String message, String type, String code) {

  /** Finds the error in a body or an event; empty if there is none. */
  static Optional<ProviderError> in(JsonNode node) {
    if (node.isArray()) {
      // Gemini wraps its errors in an array.
      return node.isEmpty() ? Optional.empty() : in(node.get(0));
    }
    JsonNode error = node.path("error");
    if (error.isObject() || (error.isString() && !error.stringValue().isBlank())) {
      return Optional.of(of(node, error));
    }
    if (Json.text(node, "object").equals("error")) {
      // vLLM before 0.10 puts the fields at the top.
      return Optional.of(of(node, node));
    }
    return Optional.empty();
  }

  /** Reads a node that is known to be an error, such as the data of an event named so. */
  static ProviderError known(JsonNode node) {
    return in(node).orElseGet(() -> of(node, node));
  }

  private static ProviderError of(JsonNode outer, JsonNode error) {
    if (error.isString()) {
      String message = error.stringValue();
      String further = Json.text(outer, "message");
      return new ProviderError(
          further.isEmpty() ? message : message + ": " + further,
          Json.text(outer, "type"),
          Json.scalar(outer, "code"));
    }
    String message = Json.text(error, "message");
    String type = Json.text(error, "type");
    return new ProviderError(
        message.isEmpty() ? error.toString() : message,
        type.isEmpty() ? Json.text(error, "status") : type,
        Json.scalar(error, "code"));
  }
}
