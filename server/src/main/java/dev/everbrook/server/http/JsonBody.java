package dev.everbrook.server.http;

import dev.everbrook.engine.text.Excerpt;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object that a client sent. Each field is read with the type and the bounds that it must
 * have; otherwise {@link HttpFailure} 400 names the field, the rule and the value. A field that is
 * {@code null} counts as absent. An unknown field is ignored, except after {@link #only}.
 *
 * @param at the place of the object in the body, for messages; empty for the body itself
 */
public record JsonBody(ObjectNode json, String at) {

  private static final String WHOLE = "The body";

  /** The body of a request, which must be an object. */
  public static JsonBody of(Request request) {
    return of(request, "The body must be a JSON object.");
  }

  /**
   * The body of a request, which must be an object.
   *
   * @param otherwise the message for any other body
   */
  public static JsonBody of(Request request, String otherwise) {
    return new JsonBody(SentJson.object(request.body(), otherwise), "");
  }

  /** The body of a request; an empty body counts as an empty object. */
  public static JsonBody orEmpty(Request request) {
    return of(valueOrEmpty(request), "");
  }

  /** The body of a request, of any type; an empty body counts as an empty object. */
  public static JsonNode valueOrEmpty(Request request) {
    return request.body().length == 0
        ? JsonMapper.shared().createObjectNode()
        : SentJson.read(request.body());
  }

  /** A value that must be an object. */
  public static JsonBody of(JsonNode value, String at) {
    if (value instanceof ObjectNode object) {
      return new JsonBody(object, at);
    }
    throw failure(
        at,
        (at.isEmpty() ? WHOLE : at)
            + " must be a JSON object, was "
            + value.getNodeType().name().toLowerCase(Locale.ROOT)
            + ".");
  }

  private static HttpFailure failure(String field, String message) {
    return HttpFailure.badField(field, message);
  }

  /** The name of a field for messages. */
  public String name(String field) {
    return at.isEmpty() ? field : at + "." + field;
  }

  private HttpFailure wrong(String field, String wanted) {
    return wrong(field, wanted, field(field).orElseThrow());
  }

  private HttpFailure wrong(String field, String wanted, JsonNode value) {
    return failure(
        name(field),
        name(field) + " must be " + wanted + ", was " + Excerpt.of(value.toString()) + ".");
  }

  /** The failure for a missing required field; {@code wanted} ends the sentence. */
  public HttpFailure missing(String field, String wanted) {
    return failure(name(field), name(field) + " must be given" + wanted + ".");
  }

  /** Refuses every field but these. */
  public JsonBody only(String... known) {
    List<String> names = List.of(known);
    json.propertyNames().stream()
        .filter(name -> !names.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw failure(
              name(name),
              "There is no field '"
                  + Excerpt.of(name)
                  + "' in "
                  + (at.isEmpty() ? "the body" : at)
                  + " here; known are "
                  + (names.isEmpty() ? "none" : String.join(", ", names))
                  + ".");
        });
    return this;
  }

  /** Whether the field is present and not null. */
  public boolean has(String field) {
    return field(field).isPresent();
  }

  private Optional<JsonNode> field(String field) {
    JsonNode value = json.path(field);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private Optional<JsonNode> field(String field, Predicate<JsonNode> fits, String wanted) {
    Optional<JsonNode> value = field(field);
    if (value.isPresent() && !fits.test(value.get())) {
      throw wrong(field, wanted);
    }
    return value;
  }

  public Optional<String> text(String field) {
    return field(field, JsonNode::isString, "a string").map(JsonNode::stringValue);
  }

  /** A required text. */
  public String needed(String field) {
    return text(field).orElseThrow(() -> missing(field, ", as a string"));
  }

  public Optional<Boolean> flag(String field) {
    return field(field, JsonNode::isBoolean, "true or false").map(JsonNode::booleanValue);
  }

  /** Whether the flag is present and true. */
  public boolean is(String field) {
    return flag(field).orElse(false);
  }

  /** A number of any size, as sent. */
  public Optional<JsonNode> number(String field) {
    return field(field, JsonNode::isNumber, "a number");
  }

  /** A number that a {@code double} can hold. */
  public Optional<Double> decimal(String field) {
    return field(field, JsonBody::isDouble, "a number of a usual size")
        .map(it -> it.decimalValue().doubleValue());
  }

  private static boolean isDouble(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.decimalValue().doubleValue());
  }

  /** A required number from 0 to 1. */
  public double fraction(String field) {
    String wanted = "a number from 0 to 1";
    return field(field, JsonBody::isFraction, wanted)
        .orElseThrow(() -> missing(field, ", as " + wanted))
        .doubleValue();
  }

  private static boolean isFraction(JsonNode value) {
    return value.isNumber()
        && value.decimalValue().signum() >= 0
        && value.decimalValue().compareTo(BigDecimal.ONE) <= 0;
  }

  public OptionalLong whole(String field, long least, long most) {
    Optional<JsonNode> value = field(field);
    return value.isPresent()
        ? OptionalLong.of(whole(value.get(), field, least, most))
        : OptionalLong.empty();
  }

  private long whole(JsonNode value, String field, long least, long most) {
    boolean whole = value.isIntegralNumber() && value.canConvertToLong();
    if (!whole || value.longValue() < least || value.longValue() > most) {
      throw wrong(field, "a whole number from " + least + " to " + most, value);
    }
    return value.longValue();
  }

  public int whole(String field, int least, int most, int otherwise) {
    return Math.toIntExact(whole(field, (long) least, (long) most).orElse(otherwise));
  }

  /** A time in whole milliseconds. */
  public Optional<Duration> millis(String field, Duration least, Duration most) {
    OptionalLong ms = whole(field, least.toMillis(), most.toMillis());
    return ms.isPresent() ? Optional.of(Duration.ofMillis(ms.getAsLong())) : Optional.empty();
  }

  /** The JSON text of a value of any type. */
  public Optional<String> jsonText(String field) {
    return field(field).map(JsonNode::toString);
  }

  public Optional<JsonBody> object(String field) {
    return field(field).map(it -> of(it, name(field)));
  }

  /** The values of an array; an empty list if it is absent. */
  public List<JsonNode> array(String field) {
    return values(field(field, JsonNode::isArray, "an array"));
  }

  /** The values of an array of at most {@code most}; empty if it is absent. */
  public Optional<List<JsonNode>> array(String field, int most) {
    Optional<JsonNode> value =
        field(field, it -> it.isArray() && it.size() <= most, "an array of at most " + most);
    return value.isPresent() ? Optional.of(values(value)) : Optional.empty();
  }

  private static List<JsonNode> values(Optional<JsonNode> array) {
    List<JsonNode> values = new ArrayList<>();
    array.ifPresent(it -> it.forEach(values::add));
    return values;
  }

  /** At most {@code most} texts; an empty list if the array is absent. */
  public List<String> texts(String field, int most) {
    List<JsonNode> values = array(field, most).orElse(List.of());
    if (!values.stream().allMatch(JsonNode::isString)) {
      throw wrong(field, "an array of strings");
    }
    return values.stream().map(JsonNode::stringValue).toList();
  }

  /** At most {@code most} whole numbers from 1; empty if the array is absent. */
  public Optional<List<Long>> ids(String field, int most) {
    return array(field, most)
        .map(values -> values.stream().map(it -> whole(it, field, 1, Long.MAX_VALUE)).toList());
  }
}
