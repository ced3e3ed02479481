package dev.everbrook.model;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * An error in any of the forms that providers use. Many providers send errors with status 200, in
 * fields of their own. Names of fields are compared without case and underscores.
 *
 * @param message its words, possibly empty
 * @param type its kind, as OpenAI names it, possibly empty
 * @param code its code, a word or a number, possibly empty
 */
record ProviderError(String message, String type, String code) {

  /** Names of the error's field, also other than OpenAI's. */
  private static final List<String> ERRORS = List.of("error", "err", "exception");

  /** Objects beside the answer that say whether there is an error: MiniMax, Spark. */
  private static final List<String> HEADS = List.of("baseresp", "header");

  private static final List<String> ENVELOPES =
      List.of("response", "responsemetadata", "result", "data", "body", "detail", "xgroq");

  private static final List<String> ERROR_WORDS = List.of("errormsg", "errormessage", "errmsg");
  private static final List<String> WORDS =
      List.of(
          "message",
          "msg",
          "statusmsg",
          "statusmessage",
          "errordescription",
          "faultstring",
          "detail",
          "details",
          "description",
          "title",
          "reason");
  private static final List<String> ERROR_CODES = List.of("errorcode", "errcode", "errno");
  private static final List<String> CODES = List.of("code", "statuscode", "status");
  private static final Set<String> GOOD =
      Set.of("", "0", "ok", "success", "succeeded", "successful", "completed", "null", "none");
  private static final Set<String> BAD = Set.of("error", "failed", "fail", "failure", "exception");

  /** Finds the error in a body or an event; empty if there is none. */
  static Optional<ProviderError> in(JsonNode node) {
    if (node.isArray()) {
      // Gemini wraps its errors in an array.
      return node.isEmpty() ? Optional.empty() : in(node.get(0));
    }
    JsonNode error = node.path("error");
    if (!isNothing(error)) {
      return Optional.of(of(node, error));
    }
    Optional<ProviderError> within = within(node.path("choices"));
    boolean hasAnswer = within.isEmpty() && speaks(node.path("choices"));
    if (within.isPresent() || hasAnswer && !node.has("base_resp")) {
      return within; // the usual case: no error
    }
    Map<String, JsonNode> fields = fields(node);
    for (String name : HEADS) {
      JsonNode head = field(fields, name);
      if (!isNothing(head) && !isGood(code(fields(head)))) {
        return Optional.of(flat(head));
      }
    }
    if (hasAnswer) {
      return Optional.empty();
    }
    return isStated(fields) ? Optional.of(flat(node)) : elsewhere(node, fields);
  }

  /** Finds an error under another name, or inside a gateway's envelope. */
  private static Optional<ProviderError> elsewhere(JsonNode node, Map<String, JsonNode> fields) {
    for (String name : ERRORS) {
      if (!isNothing(field(fields, name))) {
        return Optional.of(of(node, field(fields, name)));
      }
    }
    return ENVELOPES.stream()
        .map(name -> field(fields, name))
        .filter(inner -> !isNothing(field(fields(inner), "error")))
        .map(inner -> of(inner, field(fields(inner), "error")))
        .findFirst();
  }

  /** Finds an error inside a choice, where OpenRouter puts it when it breaks off. */
  private static Optional<ProviderError> within(JsonNode choices) {
    for (JsonNode choice : choices) {
      for (JsonNode place : List.of(choice, choice.path("delta"), choice.path("message"))) {
        JsonNode error = place.path("error");
        if (!isNothing(error)) {
          return Optional.of(of(place, error));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean speaks(JsonNode choices) {
    return choices.valueStream().anyMatch(Deltas::speaks);
  }

  /**
   * Finds a possible error, which may be only a notice: words in an object that is not part of an
   * answer.
   */
  static Optional<ProviderError> hinted(JsonNode node) {
    Map<String, JsonNode> fields = fields(node);
    boolean silent = words(fields).isEmpty() || isGood(code(fields)) && fields.containsKey("code");
    return silent ? Optional.empty() : Optional.of(flat(node));
  }

  /**
   * Reads a node that is known to be an error, such as the data of an event named {@code error}.
   */
  static ProviderError known(JsonNode node) {
    return in(node).orElseGet(() -> flat(node));
  }

  private static boolean isStated(Map<String, JsonNode> fields) {
    if (!isNothing(field(fields, "errors")) || !isNothing(field(fields, "fault"))) {
      return true;
    }
    if (BAD.contains(word(fields, "object")) || BAD.contains(word(fields, "type"))) {
      return true; // vLLM before 0.10
    }
    if (BAD.contains(word(fields, "status"))
        || isDenied(fields, "success")
        || isDenied(fields, "ok")) {
      return true;
    }
    String code = code(fields);
    boolean bad = !isGood(code);
    boolean worded = !words(fields, ERROR_WORDS).isEmpty();
    return ERROR_CODES.stream().anyMatch(name -> !isGood(word(fields, name)))
        || worded && (bad || CODES.stream().noneMatch(fields::containsKey))
        || bad && !words(fields).isEmpty();
  }

  private static ProviderError of(JsonNode outer, JsonNode error) {
    if (error.isObject()) {
      ProviderError stated = flat(error);
      return stated.message.equals(error.toString()) && !words(fields(outer)).isEmpty()
          ? new ProviderError(words(fields(outer)), stated.type, stated.code)
          : stated;
    }
    String words = error.isBoolean() || error.isNumber() ? "" : text(error);
    String further = words(fields(outer));
    String message =
        words.isEmpty() || further.isEmpty() ? words + further : words + ": " + further;
    String code = error.isNumber() ? error.asString() : code(fields(outer));
    return new ProviderError(
        message.isEmpty() ? outer.toString() : message, Json.text(outer, "type"), code);
  }

  /** Reads an object whose own fields describe the error. */
  private static ProviderError flat(JsonNode error) {
    Map<String, JsonNode> fields = fields(error);
    String message = words(fields);
    if (message.isEmpty()) {
      message = text(field(fields, "errors"));
    }
    if (message.isEmpty()) {
      message = text(field(fields, "fault"));
    }
    String raw = Json.text(error.path("metadata"), "raw"); // OpenRouter: the upstream's words
    if (!message.isEmpty() && !raw.isBlank()) {
      message += ": " + raw;
    }
    String type = Json.text(error, "type");
    return new ProviderError(
        message.isEmpty() ? error.toString() : message,
        type.isEmpty() ? Json.text(error, "status") : type,
        code(fields));
  }

  /** Whether a value means no error: absent, empty, false, or a container of only these. */
  private static boolean isNothing(JsonNode value) {
    if (value.isContainer()) {
      Map<String, JsonNode> fields = fields(value);
      String words = words(fields);
      String code = code(fields);
      boolean good = GOOD.contains(words.toLowerCase(Locale.ROOT)) && isGood(code);
      boolean silent = words.isEmpty() && code.isEmpty();
      return value.isArray()
          ? StreamSupport.stream(value.spliterator(), false).allMatch(ProviderError::isNothing)
          : good
              && fields.values().stream()
                  .noneMatch(it -> (silent || it.isContainer()) && !isNothing(it));
    }
    return value.isMissingNode()
        || value.isNull()
        || value.isString() && GOOD.contains(value.stringValue().strip().toLowerCase(Locale.ROOT))
        || value.isBoolean() && !value.booleanValue()
        || value.isNumber() && value.asDouble(1) == 0;
  }

  private static boolean isGood(String code) {
    String bare = code.strip().toLowerCase(Locale.ROOT);
    return GOOD.contains(bare) || bare.matches("2\\d\\d|20000|true");
  }

  private static boolean isDenied(Map<String, JsonNode> fields, String name) {
    JsonNode value = field(fields, name);
    return value.isBoolean() && !value.booleanValue();
  }

  /** The first valid code; a {@code status} counts only if it is a number. */
  private static String code(Map<String, JsonNode> fields) {
    for (List<String> names : List.of(ERROR_CODES, CODES)) {
      for (String name : names) {
        JsonNode value = field(fields, name);
        if (value.isNumber() || value.isString() && !name.equals("status")) {
          return value.asString();
        }
      }
    }
    return "";
  }

  private static String word(Map<String, JsonNode> fields, String name) {
    JsonNode value = field(fields, name);
    return value.isString() || value.isNumber() ? value.asString().toLowerCase(Locale.ROOT) : "";
  }

  private static String words(Map<String, JsonNode> fields) {
    String first = words(fields, ERROR_WORDS);
    return first.isEmpty() ? words(fields, WORDS) : first;
  }

  private static String words(Map<String, JsonNode> fields, List<String> names) {
    return names.stream()
        .map(name -> field(fields, name))
        .map(ProviderError::text)
        .filter(text -> !text.isBlank())
        .findFirst()
        .orElse("");
  }

  /** The words of a value, which may be a list or, with FastAPI, a list of objects. */
  private static String text(JsonNode value) {
    if (value.isString()) {
      return value.stringValue();
    }
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(ProviderError::text)
          .filter(text -> !text.isBlank())
          .collect(Collectors.joining("; "));
    }
    return value.isObject() ? words(fields(value)) : "";
  }

  private static JsonNode field(Map<String, JsonNode> fields, String name) {
    return Objects.requireNonNullElse(fields.get(name), MissingNode.getInstance());
  }

  private static Map<String, JsonNode> fields(JsonNode node) {
    Map<String, JsonNode> fields = new HashMap<>();
    node.forEachEntry((name, value) ->
        fields.putIfAbsent(name.toLowerCase(Locale.ROOT).replaceAll("[_-]", ""), value));
    return fields;
  }
}
