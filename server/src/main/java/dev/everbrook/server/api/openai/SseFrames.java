package dev.everbrook.server.api.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;

/**
 * Server-sent events under way to one reader. Only the last frame of what one event of the log
 * comes to carries its number, so that a reader that comes back with that number has had all of it.
 * Used by one thread.
 */
final class SseFrames {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

  /** A frame that others for the same event follow. */
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

  /** A frame whose one changing field is a text: there are thousands of it. */
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
