package dev.everbrook.server.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** The limits on the JSON of clients; the message names the limit that was exceeded. */
public final class JsonLimits {

  private static final int DEPTH_MAX = 500;
  private static final int NUMBER_CHARS_MAX = 1_000;
  private static final int NAME_CHARS_MAX = 50_000;
  private static final int DECODE_CHARS = 4 * 1024;
  private static final byte[] UTF_8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private JsonLimits() {}

  /** The factory of parsers whose limits are those of {@link #check}. */
  public static JsonFactory factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX + 1)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .build())
        .build();
  }

  /**
   * Checks the current token.
   *
   * @param depth the number of arrays and objects around it
   * @throws HttpFailure 400 that names the limit
   */
  public static void check(JsonParser parser, int depth) {
    switch (parser.currentToken()) {
      case START_OBJECT, START_ARRAY ->
          demand(depth < DEPTH_MAX, "The JSON is nested more than " + DEPTH_MAX + " levels deep.");
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          demand(
              parser.getStringLength() <= NUMBER_CHARS_MAX,
              "A number of the JSON has more than " + NUMBER_CHARS_MAX + " digits.");
      case PROPERTY_NAME ->
          demand(
              parser.currentName().length() <= NAME_CHARS_MAX,
              "A name of the JSON has more than " + NAME_CHARS_MAX + " characters.");
      case END_OBJECT,
          END_ARRAY,
          VALUE_STRING,
          VALUE_TRUE,
          VALUE_FALSE,
          VALUE_NULL,
          VALUE_EMBEDDED_OBJECT,
          NOT_AVAILABLE -> {
        // Bounded by the body.
      }
    }
  }

  private static void demand(boolean kept, String otherwise) {
    if (!kept) {
      throw HttpFailure.badRequest(otherwise);
    }
  }

  /**
   * Returns the offset of the JSON: 0, or 3 after a byte order mark, which RFC 8259 lets a reader
   * ignore.
   *
   * @throws HttpFailure 400 if it is not UTF-8
   */
  public static int demandUtf8(byte[] json) {
    for (int i = 0; i < Math.min(4, json.length); i++) {
      boolean wide = json[i] == 0 || i < 2 && (json[i] == (byte) 0xfe || json[i] == (byte) 0xff);
      demand(!wide, "The body must be JSON in UTF-8, not UTF-16 or UTF-32.");
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(json);
    CharBuffer out = CharBuffer.allocate(DECODE_CHARS);
    while (decoder.decode(in, out, true).isOverflow()) {
      out.clear();
    }
    demand(
        !in.hasRemaining(),
        "The body must be JSON in UTF-8; its byte " + in.position() + " is not UTF-8.");
    return json.length >= 3 && ByteBuffer.wrap(json, 0, 3).equals(ByteBuffer.wrap(UTF_8_MARK))
        ? 3
        : 0;
  }
}
