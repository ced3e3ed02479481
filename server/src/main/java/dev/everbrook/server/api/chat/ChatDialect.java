package dev.everbrook.server.api.chat;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * The stream of {@code POST /chat}: {@code {"text": …}} for each piece, {@code {"chatId": …}} last.
 *
 * <p>Some things can happen besides that its first clients did not know, each with a word of its
 * own: {@code {"leftOut": "image"}} (the answer has something that is not text), {@code {"reset":
 * true}} (forget the text so far, the answer begins anew), {@code {"error": {…}}} (it failed),
 * {@code {"cancelled": true}} (somebody stopped it).
 *
 * @param chat the chat's id
 */
record ChatDialect(UUID chat) implements Dialect {

  private static final byte[] TEXT = ascii("{\"type\":\"text\",");
  private static final byte[] REFUSAL = ascii("{\"type\":\"refusal\",");
  private static final byte[] FAILED = ascii("{\"type\":\"failed\",");
  private static final byte[] INCOMPLETE = ascii("{\"type\":\"incomplete\",");
  private static final byte[] RESET = ascii("{\"type\":\"reset\"}");
  private static final byte[] CANCELLED = ascii("{\"type\":\"cancelled\"}");
  private static final byte[] DATA = ascii("data: {");
  private static final byte[] END = ascii("\n\n");

  @Override
  public byte[] frames(Entries entries, boolean upToDate) {
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) entries.bytes() + 64);
    for (byte[] event : entries.events()) {
      if (starts(event, TEXT)) {
        rest(event, TEXT, out);
      } else if (starts(event, FAILED)) {
        rest(event, FAILED, out);
      } else if (starts(event, REFUSAL)) {
        rest(event, REFUSAL, out);
      } else if (starts(event, INCOMPLETE)) {
        out.writeBytes(ascii("data: {\"incomplete\":true}\n\n"));
      } else if (Arrays.equals(event, RESET)) {
        out.writeBytes(ascii("data: {\"reset\":true}\n\n"));
      } else if (Arrays.equals(event, CANCELLED)) {
        out.writeBytes(ascii("data: {\"cancelled\":true}\n\n"));
      } else {
        out.writeBytes(TextAlone.frame(event));
      }
    }
    return out.toByteArray();
  }

  /** The event without its type. */
  private static void rest(byte[] event, byte[] head, ByteArrayOutputStream out) {
    out.writeBytes(DATA);
    out.write(event, head.length, event.length - head.length);
    out.writeBytes(END);
  }

  static boolean starts(byte[] event, byte[] head) {
    return event.length > head.length && Arrays.equals(event, 0, head.length, head, 0, head.length);
  }

  @Override
  public byte[] farewell() {
    return ascii("data: {\"chatId\":\"" + chat + "\"}\n\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
