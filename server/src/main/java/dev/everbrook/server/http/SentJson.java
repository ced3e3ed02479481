package dev.everbrook.server.http;

import dev.everbrook.engine.text.Excerpt;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the JSON of clients: in UTF-8, one value, each name once in its object, and within {@link
 * JsonLimits}; a refusal names its reason. When printed again, each number keeps its value and all
 * its digits; a negative zero in any form is printed as {@code -0.0}.
 */
public final class SentJson {

  private static final JsonFactory FACTORY = JsonLimits.factory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SentJson() {}

  /**
   * One value.
   *
   * @throws HttpFailure 400 that names the fault
   */
  public static JsonNode read(byte[] json) {
    try {
      return value(json);
    } catch (JacksonException e) {
      throw HttpFailure.badRequest("The body is not JSON: " + where(e) + ".");
    }
  }

  /** Whether the database can hold a text: it has neither U+0000 nor a lone surrogate. */
  public static boolean isStorable(String text) {
    return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /**
   * An object.
   *
   * @param otherwise the message for a body that is not JSON, or not an object
   * @throws HttpFailure 400; a body of white space only is named as empty
   */
  public static ObjectNode object(byte[] json, String otherwise) {
    try {
      if (json.length > 0 && value(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException _) {
      // The message below is more helpful.
    }
    throw HttpFailure.badRequest(otherwise);
  }

  private static String where(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? "it is incomplete"
        : "the parser stopped at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static JsonNode value(byte[] json) {
    int from = JsonLimits.demandUtf8(json);
    try (JsonParser parser =
        FACTORY.createParser(ObjectReadContext.empty(), json, from, json.length - from)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw HttpFailure.badRequest("The body is empty; it must be JSON.");
      }
      JsonNode value = node(parser, 0);
      if (parser.nextToken() != null) {
        throw HttpFailure.badRequest("The body continues after its JSON value.");
      }
      return value;
    }
  }

  /** Reads the value that begins with the current token; the limit bounds its depth. */
  private static JsonNode node(JsonParser parser, int depth) {
    JsonToken token = parser.currentToken();
    JsonLimits.check(parser, depth);
    return switch (token) {
      case START_OBJECT -> object(parser, depth + 1);
      case START_ARRAY -> array(parser, depth + 1);
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
      case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(token == JsonToken.VALUE_TRUE);
      case VALUE_NULL -> NODES.nullNode();
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("a value cannot begin with " + token);
    };
  }

  private static ObjectNode object(JsonParser parser, int depth) {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      JsonLimits.check(parser, depth);
      String name = parser.currentName();
      if (object.has(name)) {
        throw HttpFailure.badRequest(
            "The name '" + Excerpt.of(name) + "' stands twice in one object of the body.");
      }
      parser.nextToken();
      object.set(name, node(parser, depth));
    }
    return object;
  }

  private static ArrayNode array(JsonParser parser, int depth) {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(node(parser, depth));
    }
    return array;
  }

  private static JsonNode number(JsonParser parser) {
    boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    Optional<BigDecimal> value = decimal(parser.getString());
    if (value.isEmpty()) {
      throw HttpFailure.badRequest("A number of the body has an exponent beyond 32 bits.");
    }
    if (value.get().signum() == 0 && parser.getString().startsWith("-")) {
      return NODES.numberNode(-0.0); // a decimal cannot be -0
    }
    if (!whole) {
      return NODES.numberNode(value.get());
    }
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  private static Optional<BigDecimal> decimal(String digits) {
    try {
      return Optional.of(new BigDecimal(digits));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }
}
