package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.Thoughts;
import dev.everbrook.model.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Converts items of the Responses API to messages of chat completions. Consecutive calls, and the
 * assistant's text before, between and after them, become one message: strict providers refuse
 * another message between a call and its result. Reasoning belongs to the next message if that is
 * the assistant's, otherwise to the previous one. Used by one thread.
 */
final class Conversation {

  private final List<ObjectNode> messages = new ArrayList<>();
  private final List<ObjectNode> thoughts = new ArrayList<>();
  private final Thoughts given = new Thoughts();

  Conversation instructed(Optional<String> instructions) {
    instructions.ifPresent(it -> say("system").put("content", it));
    return this;
  }

  Conversation add(Iterable<ObjectNode> items) {
    items.forEach(this::add);
    return this;
  }

  private void add(ObjectNode item) {
    switch (InputItems.type(item)) {
      case "message" -> message(item);
      case "function_call" -> call(item);
      case "function_call_output" ->
          say("tool")
              .put("tool_call_id", Json.text(item, "call_id"))
              .set("content", content(item.path("output")));
      case "reasoning" -> thoughts.add(item);
      default -> {
        // A picture, which is not sent to a model again.
      }
    }
  }

  private ObjectNode say(String role) {
    ObjectNode message = Json.object().put("role", role);
    if (!role.equals("assistant")) {
      attachThoughts();
      thoughts.clear(); // reasoning without an assistant's message is dropped
    }
    messages.add(message);
    attachThoughts();
    return message;
  }

  private void attachThoughts() {
    if (messages.isEmpty() || !isAssistant(messages.getLast())) {
      return;
    }
    for (ObjectNode thought : thoughts) {
      StringBuilder text = new StringBuilder();
      thought.path("content").forEach(part -> text.append(Json.text(part, "text")));
      given.before(
          messages.getLast(),
          text.toString(),
          Thoughts.kept(Json.text(thought, "encrypted_content")).orElseGet(Json::object));
    }
    thoughts.clear();
  }

  private static boolean isAssistant(ObjectNode message) {
    return Json.text(message, "role").equals("assistant");
  }

  private void message(ObjectNode item) {
    String role = Json.text(item, "role");
    JsonNode content = item.path("content");
    switch (role) {
      // Most servers do not know the role developer; those that do treat it as system.
      case "developer" -> say("system").set("content", content(content));
      case "assistant" -> assistant(content);
      default -> say(role).set("content", content(content));
    }
  }

  /** Adds an assistant's text as plain text, which every server accepts in a history. */
  private void assistant(JsonNode parts) {
    StringBuilder text = new StringBuilder();
    StringBuilder refusal = new StringBuilder();
    for (JsonNode part : parts) {
      text.append(Json.text(part, "text"));
      refusal.append(Json.text(part, "refusal"));
    }
    boolean calls = !messages.isEmpty() && messages.getLast().has("tool_calls");
    ObjectNode message = calls ? messages.getLast() : say("assistant").put("content", "");
    attachThoughts();
    append(message, "content", text);
    append(message, "refusal", refusal);
  }

  private static void append(ObjectNode message, String field, CharSequence text) {
    if (!text.isEmpty()) {
      message.put(field, Json.text(message, field) + text);
    }
  }

  private void call(ObjectNode item) {
    boolean goesOn = !messages.isEmpty() && isAssistant(messages.getLast());
    ObjectNode message = goesOn ? messages.getLast() : say("assistant").putNull("content");
    attachThoughts();
    ArrayNode calls =
        message.path("tool_calls") instanceof ArrayNode known
            ? known
            : message.putArray("tool_calls");
    ObjectNode call = calls.addObject().put("id", Json.text(item, "call_id"));
    call.put("type", "function");
    call.putObject("function")
        .put("name", Json.text(item, "name"))
        .put("arguments", Json.text(item, "arguments"));
    Thoughts.giveBack(call, item.path(ResponseObject.PROVIDER_DATA));
  }

  /** Converts content; a single text becomes a string, which every server understands. */
  private static JsonNode content(JsonNode parts) {
    if (!parts.isArray()) {
      return parts;
    }
    if (parts.size() == 1 && parts.get(0).path("text").isString()) {
      return parts.get(0).path("text");
    }
    ArrayNode content = Json.array();
    for (JsonNode part : parts) {
      content.add(part(part));
    }
    return content;
  }

  private static ObjectNode part(JsonNode part) {
    if (!Json.text(part, "type").equals("input_image")) {
      return Json.typed("text").put("text", Json.text(part, "text"));
    }
    ObjectNode image = Json.typed("image_url");
    image
        .putObject("image_url")
        .put("url", Json.text(part, "image_url"))
        .put("detail", Json.text(part, "detail"));
    return image;
  }

  /** The messages, oldest first. */
  List<Message> messages() {
    attachThoughts();
    given.giveBack(messages);
    List<Message> said = new ArrayList<>();
    for (ObjectNode message : messages) {
      said.add(new Message.Wire(Json.MAPPER.writeValueAsString(message)));
    }
    return said;
  }
}
