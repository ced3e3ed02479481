package dev.everbrook.server.api.chat;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The body of {@code POST /chat}, checked.
 *
 * @param prompt 1 to {@value #PROMPT_CHARS_MAX} characters, as JavaScript counts them
 */
record AskBody(String prompt, boolean stream, Optional<UUID> chat) {

  static final int PROMPT_CHARS_MAX = 1_000;

  static AskBody of(Request request) {
    JsonNode body =
        SentJson.object(
            request.body(), "The body must be a JSON object such as {\"prompt\": \"Hello\"}");
    return new AskBody(prompt(body.path("prompt")), stream(body.path("stream")), chat(body));
  }

  private static String prompt(JsonNode prompt) {
    if (prompt.isMissingNode() || prompt.isNull()) {
      throw HttpFailure.badRequest("Prompt cannot be empty");
    }
    if (!prompt.isString()) {
      throw HttpFailure.badRequest("Prompt must be a string");
    }
    String text = prompt.asString();
    if (text.isEmpty()) {
      throw HttpFailure.badRequest("Prompt cannot be empty");
    }
    if (text.length() > PROMPT_CHARS_MAX) {
      throw HttpFailure.badRequest("Prompt cannot exceed 1000 characters");
    }
    return text;
  }

  private static boolean stream(JsonNode stream) {
    if (stream.isMissingNode() || stream.isNull()) {
      return false;
    }
    if (!stream.isBoolean()) {
      throw HttpFailure.badRequest("stream must be true or false");
    }
    return stream.asBoolean();
  }

  private static Optional<UUID> chat(JsonNode body) {
    JsonNode chat = body.path("chatId");
    if (chat.isMissingNode() || chat.isNull()) {
      return Optional.empty();
    }
    Optional<UUID> id = chat.isString() ? Request.uuid(chat.asString()) : Optional.empty();
    if (id.isEmpty()) {
      throw HttpFailure.badRequest("chatId must be the id of a chat, as an answer gave it");
    }
    return id;
  }
}
