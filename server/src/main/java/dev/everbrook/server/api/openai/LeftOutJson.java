package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The left-out parts of an answer, for {@code left_out}. */
final class LeftOutJson {

  /** The entry for sound, which the log has but the Responses API cannot show. */
  static final ObjectNode SOUND =
      told(
          new AnswerEvent.LeftOut(
              "audio",
              "The model made a sound, which this API cannot show: it is in GET /v1/streams/{id}"
                  + " of the header everbrook-stream."));

  private LeftOutJson() {}

  /** The entries for the provider's output that the log does not have. */
  static ArrayNode of(AnswerOutput output) {
    ArrayNode all = Json.array();
    output.leftOut().forEach(it -> all.add(told(it)));
    return all;
  }

  private static ObjectNode told(AnswerEvent.LeftOut left) {
    return Json.object().put("what", left.what()).put("why", left.why());
  }
}
