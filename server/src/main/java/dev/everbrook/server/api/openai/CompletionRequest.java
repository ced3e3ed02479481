package dev.everbrook.server.api.openai;

import dev.everbrook.model.Message;
import dev.everbrook.model.Parameters;
import dev.everbrook.server.http.JsonBody;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checked body of {@code POST /v1/chat/completions}. Fields that are not read here are passed
 * on to the provider unchanged.
 *
 * @param usage whether a stream must end with the usage
 */
record CompletionRequest(
    String model, List<Message> messages, Parameters parameters, boolean stream, boolean usage) {

  /** The most messages of a conversation. */
  static final int MESSAGES_MAX = 4_096;

  private static final String ONE = "This server gives one answer to a request: n must be 1.";
  private static final String TEXT_ONLY = "This server answers in text: audio cannot be requested.";
  private static final String NO_LOGPROBS =
      "This server keeps no log probabilities: logprobs must be false.";
  private static final String OLD = "This field is deprecated: use tools and tool_choice instead.";
  private static final String OURS =
      "This field is set by the server when it continues an answer; leave it out.";

  static CompletionRequest of(JsonBody body) {
    refuseWhatCannotBeHad(body);
    ObjectNode parameters = body.json().deepCopy();
    parameters.remove(Parameters.RESERVED);
    return new CompletionRequest(
        ModelName.of(body),
        messages(body.array("messages")),
        new Parameters(Json.MAPPER.writeValueAsString(parameters)),
        body.is("stream"),
        body.object("stream_options").map(it -> it.is("include_usage")).orElse(false));
  }

  private static void refuseWhatCannotBeHad(JsonBody body) {
    OpenAiError.refuse("n", body.number("n").filter(it -> it.asInt(0) != 1).isPresent(), ONE);
    OpenAiError.refuse("audio", body.object("audio").isPresent(), TEXT_ONLY);
    for (JsonNode modality : body.array("modalities")) {
      OpenAiError.refuse("modalities", !modality.asString("").equals("text"), TEXT_ONLY);
    }
    OpenAiError.refuse("logprobs", body.is("logprobs"), NO_LOGPROBS);
    for (String field : List.of("functions", "function_call")) {
      OpenAiError.refuse(field, body.has(field), OLD);
    }
    for (String field : List.of("continue_final_message", "add_generation_prompt")) {
      OpenAiError.refuse(field, body.flag(field).isPresent(), OURS);
    }
  }

  private static List<Message> messages(List<JsonNode> array) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode message : array) {
      if (Json.text(message, "role").isEmpty()) {
        String at = "messages[" + messages.size() + "]";
        throw OpenAiError.invalid(at, at + " must be an object with a role.").refused();
      }
      messages.add(new Message.Wire(Json.MAPPER.writeValueAsString(message)));
    }
    return bounded(messages, "messages");
  }

  /** Refuses an empty conversation, and one of more than {@link #MESSAGES_MAX} messages. */
  static List<Message> bounded(List<Message> messages, String param) {
    if (messages.isEmpty() || messages.size() > MESSAGES_MAX) {
      throw OpenAiError.invalid(
              param,
              "A conversation must have 1 to "
                  + MESSAGES_MAX
                  + " messages; this one has "
                  + messages.size()
                  + ".")
          .refused();
    }
    return messages;
  }
}
