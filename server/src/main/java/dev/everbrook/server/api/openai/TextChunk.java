package dev.everbrook.server.api.openai;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** A frame around a text, which is its only changing part. */
record TextChunk(byte[] before, byte[] after) {

  /** The placeholder for the text in {@link #of}; JSON does not escape it. */
  static final String PLACE = "{{text}}";

  private static final String QUOTED = '"' + PLACE + '"';

  /** The frame for this data, in which {@link #PLACE} is the value of a field. */
  static TextChunk of(JsonNode data) {
    String json = Json.MAPPER.writeValueAsString(data);
    int at = json.lastIndexOf(QUOTED);
    String before = "data: " + json.substring(0, at);
    String after = json.substring(at + QUOTED.length()) + "\n\n";
    return new TextChunk(
        before.getBytes(StandardCharsets.UTF_8), after.getBytes(StandardCharsets.UTF_8));
  }
}
