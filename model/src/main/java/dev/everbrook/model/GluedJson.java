package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the data of one event. Some proxies glue two events into one ({@code {…}{…}}, or {@code
 * {…}data: {…}}), so when the text does not parse as one value it is cut between its outermost
 * braces and tried again.
 */
final class GluedJson {

  private static final String DATA = "data:";

  private GluedJson() {}

  /**
   * The values in the text, usually one.
   *
   * @throws JacksonException if it is not JSON, glued or not
   */
  static List<JsonNode> read(String text) {
    try {
      return List.of(Json.MAPPER.readTree(text));
    } catch (JacksonException notOneValue) {
      List<String> pieces = cut(text);
      if (pieces.size() < 2) {
        throw notOneValue;
      }
      return pieces.stream().map(Json.MAPPER::readTree).toList();
    }
  }

  /** Every piece but the last is an object; what is between objects stays with the next piece. */
  private static List<String> cut(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        pieces.add(unlabelled(text.substring(start, i + 1)));
        start = i + 1;
      }
    }
    String rest = unlabelled(text.substring(start));
    if (!rest.isEmpty() && !rest.startsWith("[DONE]")) {
      pieces.add(rest);
    }
    return pieces;
  }

  private static String unlabelled(String piece) {
    String bare = piece.strip();
    return bare.startsWith(DATA) ? bare.substring(DATA.length()).strip() : bare;
  }
}
