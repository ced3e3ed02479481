package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The parts of an answer that this API cannot show, as {@code left_out} names them. */
final class LeftOutJson {

  /** The log has it, the Responses API no place for it. */
  static final ObjectNode SOUND =
      told(
          new AnswerEvent.LeftOut(
              "audio",
              "The model made a sound, which this API cannot show: it is in GET /v1/streams/{id}"
                  + " of the header everbrook-stream."));

  private LeftOutJson() {}

  /** What the provider sent and the log does not have. */
  static ArrayNode of(AnswerOutput output) {
    ArrayNode all = Json.array();
    output.leftOut().forEach(it -> all.add(told(it)));
    return all;
  }

  private static ObjectNode told(AnswerEvent.LeftOut left) {
    return Json.object().put("what", left.what()).put("why", left.why());
  }
}
