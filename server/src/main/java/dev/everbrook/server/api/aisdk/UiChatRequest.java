package dev.everbrook.server.api.aisdk;

import dev.everbrook.model.Message;
import dev.everbrook.model.Parameters;
import dev.everbrook.server.chat.BlankText;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The checked body of {@code POST /api/chat}: the fields of {@code useChat}, and optional fields
 * from the transport's {@code body}: {@code model}, {@code system}, and {@code parameters} for the
 * provider, such as tools or a temperature.
 */
record UiChatRequest(
    String chat,
    List<Message> messages,
    Optional<String> continued,
    Optional<String> model,
    Parameters parameters) {

  static final int ID_CHARS_MAX = 200;
  private static final int MODEL_CHARS_MAX = 200;
  private static final int MESSAGES_MAX = 2_000;

  static UiChatRequest of(Request request) {
    JsonBody body = JsonBody.of(request, "The body must be the JSON object that useChat sends.");
    return new UiChatRequest(
        id(body.json(), "id"),
        messages(body.json()),
        continued(body.json()),
        model(body),
        parameters(body));
  }

  private static String id(JsonNode node, String what) {
    String id = node.path("id").asString("");
    if (id.isBlank() || id.length() > ID_CHARS_MAX || !SentJson.isStorable(id)) {
      throw HttpFailure.badRequest(what + " must have 1 to " + ID_CHARS_MAX + " characters.");
    }
    return id;
  }

  /**
   * The message to continue: after its tools have answered, an assistant continues the message with
   * the calls.
   */
  private static Optional<String> continued(JsonNode body) {
    JsonNode last = body.path("messages").get(body.path("messages").size() - 1);
    return last.path("role").asString("").equals("assistant")
        ? Optional.of(id(last, "the id of the last message"))
        : Optional.empty();
  }

  private static List<Message> messages(JsonNode body) {
    JsonNode sent = body.path("messages");
    if (!sent.isArray() || sent.isEmpty() || sent.size() > MESSAGES_MAX) {
      throw HttpFailure.badRequest(
          "messages must be an array of 1 to " + MESSAGES_MAX + " messages, as useChat sends it.");
    }
    List<Message> messages = new ArrayList<>();
    String system = body.path("system").asString("");
    if (!system.isEmpty()) {
      messages.add(Message.system(system));
    }
    messages.addAll(UiMessages.turns(sent));
    refuseBlank(sent);
    if (messages.isEmpty()) {
      throw HttpFailure.badRequest(
          "The messages hold no text and no file that could be sent to a model.");
    }
    return messages;
  }

  /**
   * Refuses a blank last message, which is the question. Older blank messages are allowed, so that
   * they do not lock their chat.
   */
  private static void refuseBlank(JsonNode sent) {
    int last = sent.size() - 1;
    boolean asks = sent.path(last).path("role").asString("").equals("user");
    if (asks && sent.path(last).path("parts").valueStream().allMatch(UiChatRequest::isBlank)) {
      throw HttpFailure.badRequest(
          "messages[" + last + "] is blank: a message must have a text or a file.");
    }
  }

  private static boolean isBlank(JsonNode part) {
    return switch (part.path("type").asString("")) {
      case "text" -> BlankText.is(part.path("text").asString(""));
      case "file" -> false;
      default -> true;
    };
  }

  private static Optional<String> model(JsonBody body) {
    String model = body.text("model").orElse("");
    if (model.length() > MODEL_CHARS_MAX || !SentJson.isStorable(model)) {
      throw HttpFailure.badRequest(
          "model must be the name of a model, of at most " + MODEL_CHARS_MAX + " characters.");
    }
    return Optional.of(model).filter(name -> !name.isBlank());
  }

  private static Parameters parameters(JsonBody body) {
    try {
      return body.jsonText("parameters").map(Parameters::new).orElse(Parameters.NONE);
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badField("parameters", "parameters: " + e.getMessage() + ".");
    }
  }
}
