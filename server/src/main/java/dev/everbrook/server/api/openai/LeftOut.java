package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What of an answer is not shown, as its object says it in {@code left_out}. */
final class LeftOut {

  /** The log has it, the Responses API no place for it. */
  static final ObjectNode SOUND =
      told(
          new AnswerEvent.LeftOut(
              "audio",
              "The model made a sound, which this API cannot show: it is in GET /v1/streams/{id}"
                  + " of the header everbrook-stream."));

  private LeftOut() {}

  /** What the provider sent and the log does not have. */
  static ArrayNode of(Output output) {
    ArrayNode all = Json.array();
    output.leftOut().forEach(it -> all.add(told(it)));
    return all;
  }

  private static ObjectNode told(AnswerEvent.LeftOut left) {
    return Json.object().put("what", left.what()).put("why", left.why());
  }
}
