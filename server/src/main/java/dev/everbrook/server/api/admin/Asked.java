package dev.everbrook.server.api.admin;

import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.SentJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a request says, checked: each failure names what was wrong and what is allowed. */
final class Asked {

  private Asked() {}

  /** A part of the path. */
  static String name(Request request, String part) {
    return request.path().getOrDefault(part, "");
  }

  /** The id of a job in the path. */
  static long job(Request request) {
    String text = name(request, "id");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw HttpFailure.notFound(
          "The id of a job is a number; there is no '" + Quoted.cut(text) + "'.");
    }
  }

  /** Shows what a change came to, or where it can be seen if the database cannot be read now. */
  static Reply changed(AfterCommit.Look<Reply> look, String href) throws InterruptedException {
    Reply elsewhere = Reply.json(202, Map.of("href", href));
    AfterCommit.accepted(elsewhere);
    return AfterCommit.read(look).orElse(elsewhere);
  }

  /** Refuses parameters that are unknown or stand twice: a filter that is ignored misleads. */
  static void onlyParameters(Request request, String... known) {
    refuseUnknown("parameter", request.query().keySet().stream(), List.of(known));
    request.repeated().stream()
        .findFirst()
        .ifPresent(name -> {
          throw HttpFailure.badRequest("The parameter '" + name + "' may stand only once.");
        });
  }

  static long number(Request request, String parameter, long otherwise, long min, long max) {
    Optional<String> text = request.parameter(parameter);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw HttpFailure.badRequest(
        parameter + " must be " + min + " to " + max + ", was '" + Quoted.cut(text.get()) + "'.");
  }

  static Instant time(String what, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      throw HttpFailure.badRequest(
          what + " must be a time such as 2026-11-21T03:00:00Z, was '" + Quoted.cut(text) + "'.");
    }
  }

  /** The body's object, of which only these members are known; an empty body is an empty object. */
  static ObjectNode body(Request request, String... known) {
    if (request.body().length == 0) {
      return JsonMapper.shared().createObjectNode();
    }
    ObjectNode object = SentJson.object(request.body(), "The body must be a JSON object.");
    return only("the body", object, known);
  }

  static ObjectNode only(String what, ObjectNode object, String... known) {
    refuseUnknown(
        "member of " + what, object.properties().stream().map(it -> it.getKey()), List.of(known));
    return object;
  }

  private static void refuseUnknown(String what, Stream<String> names, List<String> known) {
    names
        .filter(name -> !known.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw HttpFailure.badRequest(
              "There is no "
                  + what
                  + " '"
                  + Quoted.cut(name)
                  + "' here; known are "
                  + (known.isEmpty() ? "none" : String.join(", ", known))
                  + ".");
        });
  }

  /** Whether the member is there and not null. */
  static boolean has(ObjectNode object, String member) {
    return !object.path(member).isMissingNode() && !object.path(member).isNull();
  }

  static Optional<String> text(ObjectNode object, String member) {
    JsonNode value = object.path(member);
    if (!has(object, member)) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw HttpFailure.badRequest(member + " must be a string.");
    }
    return Optional.of(value.stringValue());
  }

  static String demandText(ObjectNode object, String member) {
    return text(object, member)
        .orElseThrow(() -> HttpFailure.badRequest(member + " is missing; it must be a string."));
  }

  static Optional<Double> decimal(ObjectNode object, String member) {
    JsonNode value = object.path(member);
    if (!has(object, member)) {
      return Optional.empty();
    }
    double number = value.isNumber() ? value.decimalValue().doubleValue() : Double.NaN;
    if (!Double.isFinite(number)) {
      throw HttpFailure.badRequest(
          member + " must be a number of a usual size, was " + Quoted.cut(value.toString()) + ".");
    }
    return Optional.of(number);
  }

  static Optional<Long> whole(ObjectNode object, String member, long min, long max) {
    JsonNode value = object.path(member);
    if (!has(object, member)) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < min
        || value.longValue() > max) {
      throw HttpFailure.badRequest(
          member + " must be a whole number from " + min + " to " + max + ".");
    }
    return Optional.of(value.longValue());
  }

  static Optional<ObjectNode> object(ObjectNode parent, String member, String... known) {
    if (!has(parent, member)) {
      return Optional.empty();
    }
    if (parent.path(member) instanceof ObjectNode object) {
      return Optional.of(only(member, object, known));
    }
    throw HttpFailure.badRequest(member + " must be an object.");
  }

  /** Makes a value of the engine's, whose own words say what is wrong with it. */
  static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | DateTimeException e) {
      throw HttpFailure.badRequest(e);
    }
  }
}
