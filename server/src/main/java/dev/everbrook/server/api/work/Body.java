package dev.everbrook.server.api.work;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that was sent, of which each field is asked for with the type and the bounds it
 * must have. A field that is null is as one that is absent; one that nobody asks for does not
 * matter.
 *
 * @param at where it stands in the request's body, for what is told; empty for the body itself
 */
record Body(ObjectNode json, String at) {

  /** The request's body; nothing sent is an empty object. */
  static Body of(Request request) {
    return object(value(request), "");
  }

  /** The request's body, whatever value it is. */
  static JsonNode value(Request request) {
    if (request.body().length == 0) {
      return JsonMapper.shared().createObjectNode();
    }
    return SentJson.read(request.body());
  }

  /** A value that must be an object. */
  static Body object(JsonNode value, String at) {
    if (value instanceof ObjectNode object) {
      return new Body(object, at);
    }
    throw HttpFailure.badRequest(
        (at.isEmpty() ? "The body" : at) + " must be a JSON object, was " + kind(value) + ".");
  }

  private static String kind(JsonNode value) {
    return value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }

  private String name(String field) {
    return at.isEmpty() ? field : at + "." + field;
  }

  private Optional<JsonNode> field(String field) {
    JsonNode value = json.path(field);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** A failure that shows what was there instead, if anything was. */
  private HttpFailure wrong(String field, String wanted) {
    String was =
        field(field).map(it -> ", was " + Quoted.cut(it.toString())).orElse(", was missing");
    return HttpFailure.badRequest(name(field) + " must be " + wanted + was + ".");
  }

  Optional<String> text(String field) {
    return field(field)
        .map(it -> {
          if (!it.isString()) {
            throw wrong(field, "a string");
          }
          return it.stringValue();
        });
  }

  String needed(String field) {
    return text(field).orElseThrow(() -> wrong(field, "given, as a string"));
  }

  boolean flag(String field, boolean otherwise) {
    return field(field)
        .map(it -> {
          if (!it.isBoolean()) {
            throw wrong(field, "true or false");
          }
          return it.booleanValue();
        })
        .orElse(otherwise);
  }

  OptionalLong number(String field, long least, long most) {
    return field(field)
        .map(it -> OptionalLong.of(number(it, field, least, most)))
        .orElse(OptionalLong.empty());
  }

  private long number(JsonNode value, String field, long least, long most) {
    boolean whole = value.isIntegralNumber() && value.canConvertToLong();
    if (!whole || value.longValue() < least || value.longValue() > most) {
      throw wrong(field, "a whole number from " + least + " to " + most);
    }
    return value.longValue();
  }

  int number(String field, int least, int most, int otherwise) {
    return Math.toIntExact(number(field, (long) least, (long) most).orElse(otherwise));
  }

  /** Of a field in milliseconds. */
  Optional<Duration> time(String field, Duration least, Duration most) {
    OptionalLong ms = number(field, least.toMillis(), most.toMillis());
    return ms.isPresent() ? Optional.of(Duration.ofMillis(ms.getAsLong())) : Optional.empty();
  }

  double fraction(String field) {
    BigDecimal value =
        field(field)
            .filter(JsonNode::isNumber)
            .map(JsonNode::decimalValue)
            .orElseThrow(() -> wrong(field, "a number from 0 to 1"));
    if (value.signum() < 0 || value.compareTo(BigDecimal.ONE) > 0) {
      throw wrong(field, "a number from 0 to 1");
    }
    return value.doubleValue();
  }

  /** JSON text of any value. */
  Optional<String> json(String field) {
    return field(field).map(JsonNode::toString);
  }

  Optional<Body> object(String field) {
    return field(field).map(it -> object(it, name(field)));
  }

  /** The values of an array, at most so many; nothing if it is absent. */
  Optional<List<JsonNode>> array(String field, int most) {
    return field(field)
        .map(it -> {
          if (!it.isArray() || it.size() > most) {
            throw wrong(field, "an array of at most " + most);
          }
          List<JsonNode> values = new ArrayList<>();
          it.forEach(values::add);
          return values;
        });
  }

  List<String> texts(String field, int most) {
    return array(field, most).orElse(List.of()).stream()
        .map(it -> {
          if (!it.isString()) {
            throw wrong(field, "an array of strings");
          }
          return it.stringValue();
        })
        .toList();
  }

  /** Numbers from 1. */
  Optional<List<Long>> ids(String field, int most) {
    return array(field, most)
        .map(values -> values.stream().map(it -> number(it, field, 1, Long.MAX_VALUE)).toList());
  }
}
