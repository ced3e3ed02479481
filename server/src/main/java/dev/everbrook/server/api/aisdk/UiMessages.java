package dev.everbrook.server.api.aisdk;

import dev.everbrook.model.Message;
import dev.everbrook.server.http.HttpFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a conversation for a model of the messages that {@code useChat} keeps.
 *
 * <p>A message is a list of parts. Those of an assistant fall into steps: each becomes a turn with
 * its text and its tool calls, followed by the results of those. What is for the page alone
 * (reasoning, sources, data) stays there.
 */
final class UiMessages {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final List<Message> turns = new ArrayList<>();

  /**
   * @throws HttpFailure if they are not messages, naming the first that is wrong
   */
  static List<Message> turns(JsonNode messages) {
    UiMessages conversation = new UiMessages();
    int index = 0;
    for (JsonNode message : messages) {
      conversation.add(message, "messages[" + index++ + "]");
    }
    return conversation.turns;
  }

  private void add(JsonNode message, String where) {
    JsonNode parts = message.path("parts");
    if (!parts.isArray()) {
      throw HttpFailure.badRequest(where + ".parts must be an array, as useChat sends it.");
    }
    switch (message.path("role").asString("")) {
      case "system" -> turns.add(Message.system(text(parts)));
      case "user" -> user(parts, where);
      case "assistant" -> assistant(parts);
      default -> throw HttpFailure.badRequest(where + ".role must be system, user or assistant.");
    }
  }

  private void user(JsonNode parts, String where) {
    boolean onlyText = true;
    ArrayNode content = JSON.createArrayNode();
    for (JsonNode part : parts) {
      switch (part.path("type").asString("")) {
        case "text" ->
            content.addObject().put("type", "text").put("text", part.path("text").asString(""));
        case "file" -> {
          onlyText = false;
          content.add(file(part, where));
        }
        default -> {
          // For the page alone.
        }
      }
    }
    if (onlyText) {
      turns.add(Message.user(text(parts)));
    } else {
      ObjectNode turn = JSON.createObjectNode().put("role", "user");
      turn.set("content", content);
      turns.add(new Message.Wire(turn.toString()));
    }
  }

  private static ObjectNode file(JsonNode part, String where) {
    String url = part.path("url").asString("");
    if (url.isEmpty()) {
      throw HttpFailure.badRequest(where + " has a file without a url.");
    }
    ObjectNode file = JSON.createObjectNode();
    if (part.path("mediaType").asString("").startsWith("image/")) {
      file.put("type", "image_url").putObject("image_url").put("url", url);
    } else {
      file.put("type", "file")
          .putObject("file")
          .put("filename", part.path("filename").asString("file"))
          .put("file_data", url);
    }
    return file;
  }

  private void assistant(JsonNode parts) {
    Step step = new Step();
    for (JsonNode part : parts) {
      String type = part.path("type").asString("");
      if (type.equals("step-start")) {
        step.end(turns);
        step = new Step();
      } else if (type.equals("text")) {
        step.text.append(part.path("text").asString(""));
      } else if (type.startsWith("tool-") || type.equals("dynamic-tool")) {
        step.tool(part, type);
      }
    }
    step.end(turns);
  }

  private static String text(JsonNode parts) {
    StringBuilder text = new StringBuilder();
    for (JsonNode part : parts) {
      if (part.path("type").asString("").equals("text")) {
        text.append(part.path("text").asString(""));
      }
    }
    return text.toString();
  }

  /** What an assistant said in one go, and what its tools answered. */
  private static final class Step {
    private final StringBuilder text = new StringBuilder();
    private final ArrayNode calls = JSON.createArrayNode();
    private final List<Message> results = new ArrayList<>();

    /** A call without a result would be refused by every provider, so it is left out. */
    void tool(JsonNode part, String type) {
      String state = part.path("state").asString("");
      String id = part.path("toolCallId").asString("");
      if (!state.equals("output-available") && !state.equals("output-error")) {
        return;
      }
      ObjectNode function =
          calls.addObject().put("id", id).put("type", "function").putObject("function");
      function.put(
          "name",
          type.equals("dynamic-tool")
              ? part.path("toolName").asString("")
              : type.substring("tool-".length()));
      function.put("arguments", arguments(part));
      JsonNode output = part.path(state.equals("output-error") ? "errorText" : "output");
      ObjectNode result = JSON.createObjectNode().put("role", "tool").put("tool_call_id", id);
      result.put("content", output.isString() ? output.asString() : output.toString());
      results.add(new Message.Wire(result.toString()));
    }

    /**
     * What a tool was called with: a JSON object, for strict providers read no other. Of input that
     * did not fit its schema a page keeps what came, as {@code rawInput}; that may be text, and if
     * it is no JSON either, the result has to tell what was wrong with it.
     */
    private static String arguments(JsonNode part) {
      return Stream.of("input", "rawInput")
          .map(part::path)
          .map(it -> it.isString() ? parsed(it.asString()) : it)
          .filter(JsonNode::isObject)
          .findFirst()
          .orElseGet(JSON::createObjectNode)
          .toString();
    }

    private static JsonNode parsed(String text) {
      try {
        return JSON.readTree(text);
      } catch (JacksonException _) {
        return JSON.missingNode();
      }
    }

    void end(List<Message> turns) {
      if (calls.isEmpty()) {
        if (!text.isEmpty()) {
          turns.add(Message.assistant(text.toString()));
        }
        return;
      }
      ObjectNode turn = JSON.createObjectNode().put("role", "assistant");
      turn.put("content", text.isEmpty() ? null : text.toString());
      turn.set("tool_calls", calls);
      turns.add(new Message.Wire(turn.toString()));
      turns.addAll(results);
    }
  }
}
