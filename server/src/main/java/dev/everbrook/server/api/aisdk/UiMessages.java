package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.answer.Thoughts;
import dev.everbrook.model.Message;
import dev.everbrook.server.http.HttpFailure;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns the messages of {@code useChat} into a conversation for a model.
 *
 * <p>A message is a list of parts. The parts of an assistant form steps: each step becomes a turn
 * with its text and its tool calls, followed by the results of the calls. {@link Thoughts} decides
 * how reasoning is returned. Parts for the page alone (sources, data, and a model's pictures) are
 * dropped.
 */
final class UiMessages {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final List<ObjectNode> turns = new ArrayList<>();
  private final Thoughts thoughts = new Thoughts();

  /**
   * @throws HttpFailure if they are not valid messages; it names the first invalid one
   */
  static List<Message> turns(JsonNode messages) {
    UiMessages conversation = new UiMessages();
    int index = 0;
    for (JsonNode message : messages) {
      conversation.add(message, "messages[" + index++ + "]");
    }
    conversation.thoughts.giveBack(conversation.turns);
    return conversation.turns.stream().map(UiMessages::message).toList();
  }

  private static Message message(ObjectNode turn) {
    JsonNode content = turn.path("content");
    if (turn.size() == 2 && content.isString()) {
      switch (turn.path("role").asString("")) {
        case "system" -> {
          return Message.system(content.stringValue());
        }
        case "user" -> {
          return Message.user(content.stringValue());
        }
        case "assistant" -> {
          return Message.assistant(content.stringValue());
        }
        default -> {
          // A tool's result has an id as well.
        }
      }
    }
    return new Message.Wire(turn.toString());
  }

  private ObjectNode say(String role) {
    ObjectNode turn = JSON.createObjectNode().put("role", role);
    turns.add(turn);
    return turn;
  }

  private void add(JsonNode message, String where) {
    JsonNode parts = message.path("parts");
    if (!parts.isArray()) {
      throw HttpFailure.badRequest(where + ".parts must be an array, as useChat sends it.");
    }
    switch (message.path("role").asString("")) {
      case "system" -> say("system").put("content", text(parts));
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
          // Other parts are for the page alone.
        }
      }
    }
    if (onlyText) {
      say("user").put("content", text(parts));
    } else {
      say("user").set("content", content);
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
      switch (type) {
        case "step-start" -> {
          step.end();
          step = new Step();
        }
        case "text" -> step.text.append(part.path("text").asString(""));
        case "reasoning" -> step.thought(part);
        default -> {
          if (UiCall.is(type)) {
            step.call(new UiCall(part));
          }
        }
      }
    }
    step.end();
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

  /** The text and calls of an assistant in one step, with the results of its tools. */
  private final class Step {
    private final StringBuilder text = new StringBuilder();
    private final ObjectNode turn = JSON.createObjectNode().put("role", "assistant");
    private final ArrayNode calls = JSON.createArrayNode();
    private final List<ObjectNode> results = new ArrayList<>();

    void thought(JsonNode part) {
      thoughts.before(
          turn,
          part.path("text").asString(""),
          part.path("providerMetadata").path(UiExtras.OURS).path("keep"));
    }

    void call(UiCall call) {
      calls.add(call.json());
      results.add(call.result());
    }

    void end() {
      if (calls.isEmpty() && text.isEmpty()) {
        return;
      }
      turn.put("content", text.isEmpty() ? null : text.toString());
      if (!calls.isEmpty()) {
        turn.set("tool_calls", calls);
      }
      turns.add(turn);
      turns.addAll(results);
    }
  }
}
