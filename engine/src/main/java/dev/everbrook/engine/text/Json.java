package dev.everbrook.engine.text;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks JSON text before it reaches the database, where one bad text would fail its whole batch.
 */
public final class Json {

  private Json() {}

  /**
   * Refuses a text that is not exactly one JSON value.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static void check(String text) {
    try (JsonParser parser = JsonMapper.shared().createParser(text)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("not JSON: it is empty");
      }
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("not JSON: something follows the first value");
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
