package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of a request: a JSON object, of which each field is asked for with the type it must
 * have. A field that is absent or null is not there; one that nobody asks for does not matter.
 */
record Body(ObjectNode json) {

  private static final int MODEL_CHARS_MAX = 200;

  /** Throws {@link dev.everbrook.server.http.HttpFailure} if it is none. */
  static Body of(Request request) {
    return new Body(SentJson.object(request.body(), "The body must be a JSON object."));
  }

  String model() {
    String model = text("model").orElse("");
    if (model.isBlank() || model.length() > MODEL_CHARS_MAX || !SentJson.isStorable(model)) {
      throw OpenAiError.invalid(
              "model",
              "model must be the name of a model, of at most "
                  + MODEL_CHARS_MAX
                  + " characters; see GET /v1/models.")
          .refused();
    }
    return model;
  }

  boolean is(String field) {
    return flag(field).orElse(false);
  }

  Optional<Boolean> flag(String field) {
    JsonNode value = json.path(field);
    if (Json.isAbsent(value)) {
      return Optional.empty();
    }
    if (!value.isBoolean()) {
      throw wrong(field, "true or false");
    }
    return Optional.of(value.booleanValue());
  }

  Optional<String> text(String field) {
    JsonNode value = json.path(field);
    if (Json.isAbsent(value)) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw wrong(field, "a string");
    }
    return Optional.of(value.stringValue());
  }

  Optional<JsonNode> number(String field) {
    JsonNode value = json.path(field);
    if (Json.isAbsent(value)) {
      return Optional.empty();
    }
    if (!value.isNumber()) {
      throw wrong(field, "a number");
    }
    return Optional.of(value);
  }

  Optional<ObjectNode> object(String field) {
    JsonNode value = json.path(field);
    if (Json.isAbsent(value)) {
      return Optional.empty();
    }
    if (value instanceof ObjectNode object) {
      return Optional.of(object);
    }
    throw wrong(field, "an object");
  }

  /** The array's values; none if it is not there. */
  Iterable<JsonNode> array(String field) {
    JsonNode value = json.path(field);
    if (!Json.isAbsent(value) && !value.isArray()) {
      throw wrong(field, "an array");
    }
    return value;
  }

  /** Refuses a field that asks for what is not to be had here. */
  void refuse(String field, boolean asked, String why) {
    if (asked) {
      throw OpenAiError.invalid(field, why).refused();
    }
  }

  private static OpenAiError.Refused wrong(String field, String wanted) {
    return OpenAiError.invalid(field, field + " must be " + wanted + ".").refused();
  }

  /**
   * What two requests for the same answer have in common, whatever the order of their fields and
   * however they want to be told.
   */
  byte[] fingerprint() {
    TreeMap<String, String> fields = new TreeMap<>();
    json.properties().forEach(it -> fields.put(it.getKey(), it.getValue().toString()));
    fields.remove("stream");
    fields.remove("stream_options");
    try {
      return MessageDigest.getInstance("SHA-256").digest(Json.MAPPER.writeValueAsBytes(fields));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
