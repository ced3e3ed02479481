package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.StreamLog;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The earlier turns of the conversation that a response continues. Safe for many threads. */
final class PreviousTurns {

  private final Responses responses;
  private final StreamLog log;

  PreviousTurns(Responses responses, StreamLog log) {
    this.responses = responses;
    this.log = log;
  }

  /** Input and output of this response and all before it, oldest first. */
  List<ObjectNode> before(Principal principal, UUID previous) {
    List<Responses.Turn> turns = responses.turns(principal, previous);
    if (turns.isEmpty()) {
      throw ResponseRequest.noPrevious(ResponseIds.response(previous));
    }
    refuseGap(turns);
    refuseSize(turns);
    List<ObjectNode> items = new ArrayList<>();
    for (Responses.Turn known : turns) {
      Responses.Stored turn =
          responses.of(principal, known.stream()).orElseThrow(PreviousTurns::gap);
      items.addAll(turn.input());
      items.addAll(turn.output().orElseGet(() -> output(turn)));
    }
    return items;
  }

  private static void refuseGap(List<Responses.Turn> turns) {
    if (turns.getFirst().previous().isPresent()) {
      throw turns.size() < Responses.TURNS_MAX
          ? gap()
          : refused(
              "A conversation can continue after at most " + Responses.TURNS_MAX + " responses.");
    }
  }

  /**
   * Checks the size before any turn is read; only the last turn's output may not be counted yet.
   */
  private static void refuseSize(List<Responses.Turn> turns) {
    long bytes = turns.stream().mapToLong(Responses.Turn::bytes).sum();
    if (bytes > Responses.TURNS_BYTES_MAX) {
      throw refused(
          "The earlier turns of this conversation have "
              + bytes
              + " bytes; the limit is "
              + Responses.TURNS_BYTES_MAX
              + ". Begin a new conversation with its relevant parts.");
    }
  }

  private static OpenAiError.Refused gap() {
    return refused("An earlier response of this conversation was deleted.");
  }

  private static OpenAiError.Refused refused(String message) {
    return OpenAiError.invalid("previous_response_id", message).refused();
  }

  private List<ObjectNode> output(Responses.Stored turn) {
    AnswerOutput output = AnswerOutput.of(log, turn.stream().id());
    if (output.end().isEmpty()) {
      throw refused(
          "The response " + ResponseIds.response(turn.stream().publicId()) + " has not ended yet.");
    }
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : turn.object().of(output).path("output")) {
      if (!isHalfACall(item) && !isPicture(item)) {
        items.add((ObjectNode) item);
      }
    }
    responses.keepOutput(turn.stream(), items);
    return items;
  }

  /**
   * Whether it is a picture: it would be read with every turn, though it is never sent to a model.
   */
  private static boolean isPicture(JsonNode item) {
    return InputItems.type(item).equals("image_generation_call");
  }

  /** Whether it is an incomplete call: its arguments are not JSON, so it cannot have a result. */
  private static boolean isHalfACall(JsonNode item) {
    return InputItems.type(item).equals("function_call")
        && !Json.text(item, "status").equals("completed");
  }
}
