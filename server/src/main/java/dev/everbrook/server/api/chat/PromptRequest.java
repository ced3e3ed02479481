package dev.everbrook.server.api.chat;

import dev.everbrook.server.chat.BlankText;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Request;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The checked body of {@code POST /chat}.
 *
 * @param prompt 1 to {@value #PROMPT_CHARS_MAX} characters, as JavaScript counts them; not
 *     {@linkplain BlankText blank}
 */
record PromptRequest(String prompt, boolean stream, Optional<UUID> chat) {

  static final int PROMPT_CHARS_MAX = 1_000;

  static PromptRequest of(Request request) {
    JsonBody body =
        JsonBody.of(request, "The body must be a JSON object such as {\"prompt\": \"Hello\"}");
    return new PromptRequest(prompt(body.json().path("prompt")), body.is("stream"), chat(body));
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
    if (BlankText.is(text)) {
      throw HttpFailure.badField("prompt", "Prompt cannot be blank");
    }
    if (text.length() > PROMPT_CHARS_MAX) {
      throw HttpFailure.badRequest("Prompt cannot exceed 1000 characters");
    }
    return text;
  }

  private static Optional<UUID> chat(JsonBody body) {
    if (!body.has("chatId")) {
      return Optional.empty();
    }
    Optional<UUID> id = Request.uuid(body.json().path("chatId").asString(""));
    if (id.isEmpty()) {
      throw HttpFailure.badField(
          "chatId", "chatId must be the id of a chat, as an answer gave it.");
    }
    return id;
  }
}
