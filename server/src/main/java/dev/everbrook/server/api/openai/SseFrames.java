package dev.everbrook.server.api.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;

/**
 * Server-sent events for one reader. If one event of the log becomes several frames, only the last
 * one has its number, so that a reader which reconnects with that number has all of them. Used by
 * one thread.
 */
final class SseFrames {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  /** A frame without a number, followed by others for the same event. */
  void data(JsonNode data) {
    line("data: ", Json.MAPPER.writeValueAsBytes(data));
    out.write('\n');
  }

  void data(long seq, JsonNode data) {
    id(seq);
    data(data);
  }

  /** A frame with a name. */
  void named(long seq, String event, JsonNode data) {
    id(seq);
    line("event: ", ascii(event));
    data(data);
  }

  /**
   * A frame with a text as its only changing field, optimized since there are thousands of them.
   */
  void text(long seq, byte[] before, CharSequence text, byte[] after) {
    id(seq);
    out.writeBytes(before);
    out.write('"');
    out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    out.write('"');
    out.writeBytes(after);
  }

  void done() {
    out.writeBytes(ascii("data: [DONE]\n\n"));
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private void id(long seq) {
    out.writeBytes(ascii("id: " + seq + "\n"));
  }

  private void line(String field, byte[] value) {
    out.writeBytes(ascii(field));
    out.writeBytes(value);
    out.write('\n');
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
