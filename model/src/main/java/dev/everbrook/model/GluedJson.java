package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the data of one event. Some proxies glue two events into one ({@code {…}{…}}, or {@code
 * {…}data: {…}}). So a text that does not parse as one value is cut between its outermost braces,
 * and each piece is read separately, without the words before its brace.
 *
 * @param values the values read, usually one
 * @param unreadable the first piece that is not JSON, if any
 */
record GluedJson(List<JsonNode> values, Optional<String> unreadable) {

  private static final String DATA = "data:";
  private static final String DONE = "[DONE]";

  static GluedJson read(String text) {
    try {
      return new GluedJson(List.of(Json.MAPPER.readTree(text)), Optional.empty());
    } catch (JacksonException notOneValue) {
      return pieces(text);
    }
  }

  /** Whether a piece of data is the end mark {@code [DONE]}, or that mark as a JSON string. */
  static boolean isDone(String data) {
    String bare = data.strip();
    return bare.regionMatches(true, bare.startsWith("\"") ? 1 : 0, DONE, 0, DONE.length());
  }

  private static GluedJson pieces(String text) {
    List<JsonNode> values = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (String piece : cut(text)) {
      int brace = Math.max(0, piece.indexOf('{'));
      if (isDone(piece)) {
        values.add(Json.MAPPER.valueToTree(DONE));
      } else if (!add(piece, values)) {
        boolean behind = brace > 0 && add(piece.substring(brace), values);
        unreadable.add(behind ? piece.substring(0, brace) : piece);
      }
    }
    return new GluedJson(values, unreadable.stream().findFirst());
  }

  private static boolean add(String piece, List<JsonNode> values) {
    try {
      return values.add(Json.MAPPER.readTree(piece));
    } catch (JacksonException notJson) {
      return false;
    }
  }

  /**
   * Cuts the text; every piece but the last ends with a brace, and text between two values belongs
   * to the next piece.
   */
  private static List<String> cut(String text) {
    List<String> pieces = new ArrayList<>();
    Braces braces = new Braces();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (braces.endWith(text.charAt(i))) {
        pieces.add(unlabelled(text.substring(start, i + 1)));
        start = i + 1;
      }
    }
    String rest = unlabelled(text.substring(start));
    if (!rest.isEmpty()) {
      pieces.add(rest);
    }
    return pieces;
  }

  private static String unlabelled(String piece) {
    String bare = piece.strip();
    return bare.startsWith(DATA) ? bare.substring(DATA.length()).strip() : bare;
  }
}
