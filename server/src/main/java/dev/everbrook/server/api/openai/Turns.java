package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.StreamLog;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What was said before, in the conversation that a response goes on. Safe for many threads. */
final class Turns {

  private final Responses responses;
  private final StreamLog log;

  Turns(Responses responses, StreamLog log) {
    this.responses = responses;
    this.log = log;
  }

  /** Input and output of this response and all before it, oldest first. */
  List<ObjectNode> before(Principal principal, UUID previous) {
    List<Responses.Stored> turns = responses.turns(principal, previous);
    if (turns.isEmpty()) {
      throw ResponseRequest.noPrevious(Ids.response(previous));
    }
    refuseGap(turns);
    List<ObjectNode> items = new ArrayList<>();
    for (Responses.Stored turn : turns) {
      items.addAll(turn.input());
      items.addAll(turn.output().orElseGet(() -> output(turn)));
    }
    return items;
  }

  private static void refuseGap(List<Responses.Stored> turns) {
    if (turns.getFirst().previous().isPresent()) {
      throw OpenAiError.invalid(
              "previous_response_id",
              turns.size() < Responses.TURNS_MAX
                  ? "An earlier response of this conversation was deleted."
                  : "A conversation may go on from at most " + Responses.TURNS_MAX + " responses.")
          .refused();
    }
  }

  private List<ObjectNode> output(Responses.Stored turn) {
    Output output = Output.of(log, turn.stream().id());
    if (output.end().isEmpty()) {
      throw OpenAiError.invalid(
              "previous_response_id",
              "The response " + Ids.response(turn.stream().publicId()) + " has not ended yet.")
          .refused();
    }
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : turn.object().of(output).path("output")) {
      if (!isHalfACall(item)) {
        items.add((ObjectNode) item);
      }
    }
    responses.keepOutput(turn.stream(), items);
    return items;
  }

  /** Its arguments are no JSON, and nobody can have answered it. */
  private static boolean isHalfACall(JsonNode item) {
    return InputItems.type(item).equals("function_call")
        && !Json.text(item, "status").equals("completed");
  }
}
