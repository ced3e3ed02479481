package dev.everbrook.server.api.chat;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The stream of {@code POST /chat}: {@code {"text": …}} for each piece, {@code {"chatId": …}} last.
 *
 * <p>Later additions, which the first clients do not know: {@code {"leftOut": "image"}} (the answer
 * has content other than text), {@code {"reset": true}} (the text so far is void, the answer begins
 * anew), {@code {"error": {…}}} (the answer failed), {@code {"cancelled": true}} (the answer was
 * stopped).
 *
 * @param chat the chat's id
 */
record ChatDialect(UUID chat) implements Dialect {

  private static final EventHead TEXT = new EventHead("{\"type\":\"text\",");
  private static final EventHead REFUSAL = new EventHead("{\"type\":\"refusal\",");
  private static final EventHead FAILED = new EventHead("{\"type\":\"failed\",");
  private static final EventHead INCOMPLETE = new EventHead("{\"type\":\"incomplete\",");
  private static final EventHead RESET = new EventHead("{\"type\":\"reset\"}");
  private static final EventHead CANCELLED = new EventHead("{\"type\":\"cancelled\"}");
  private static final byte[] DATA = ascii("data: {");
  private static final byte[] END = ascii("\n\n");

  @Override
  public byte[] frames(Entries entries, boolean upToDate) {
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) entries.bytes() + 64);
    for (byte[] event : entries.events()) {
      if (TEXT.begins(event)) {
        rest(event, TEXT, out);
      } else if (FAILED.begins(event)) {
        rest(event, FAILED, out);
      } else if (REFUSAL.begins(event)) {
        rest(event, REFUSAL, out);
      } else if (INCOMPLETE.begins(event)) {
        out.writeBytes(ascii("data: {\"incomplete\":true}\n\n"));
      } else if (RESET.is(event)) {
        out.writeBytes(ascii("data: {\"reset\":true}\n\n"));
      } else if (CANCELLED.is(event)) {
        out.writeBytes(ascii("data: {\"cancelled\":true}\n\n"));
      } else {
        out.writeBytes(TextAlone.frame(event));
      }
    }
    return out.toByteArray();
  }

  /** The event without its type. */
  private static void rest(byte[] event, EventHead head, ByteArrayOutputStream out) {
    out.writeBytes(DATA);
    head.writeRest(event, out);
    out.writeBytes(END);
  }

  @Override
  public byte[] farewell() {
    return ascii("data: {\"chatId\":\"" + chat + "\"}\n\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
