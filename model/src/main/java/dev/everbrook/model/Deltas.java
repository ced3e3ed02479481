package dev.everbrook.model;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the content of one choice, in all forms that providers use. */
final class Deltas {

  private static final String DETAILS = "reasoning_details";
  private static final String CONTENT = "content";

  /**
   * The fields for reasoning as one text: DeepSeek and llama.cpp; vLLM, Ollama and OpenRouter; …
   */
  private static final List<String> THINKING =
      List.of("reasoning_content", "reasoning", "reasoning_text", "thinking");

  private static final List<String> WORDS =
      Stream.concat(THINKING.stream(), Stream.of(CONTENT, DETAILS, "refusal")).toList();
  private static final List<String> CALLS = List.of("tool_calls", "function_call");

  private Deltas() {}

  /**
   * The node with a choice's content: its delta or, if that is empty, its message, or the choice
   * itself. Missing if it has no content.
   */
  static JsonNode of(JsonNode choice) {
    JsonNode delta = choice.path("delta");
    if (saysAny(delta)) {
      return delta;
    }
    JsonNode message = choice.path("message");
    if (saysAny(message)) {
      return message;
    }
    return saysAny(choice) ? choice : MissingNode.getInstance();
  }

  /** Whether a delta or message has content. */
  static boolean saysAny(JsonNode said) {
    return hasAny(said, WORDS) || hasAny(said, CALLS) || said.isString() && holds(said);
  }

  /** Whether it has text, or another value in its place. */
  static boolean hasContent(JsonNode said) {
    return said.isString() ? holds(said) : !Kept.isNothing(said.path(CONTENT));
  }

  static boolean speaks(JsonNode choice) {
    return !of(choice).isMissingNode();
  }

  /** Whether two choices have the same kind of content: words, or calls. */
  static boolean says(JsonNode choice, JsonNode other) {
    JsonNode one = of(choice);
    JsonNode two = of(other);
    return hasAny(one, CALLS) && hasAny(two, CALLS)
        || (one.isString() || hasAny(one, WORDS)) && (two.isString() || hasAny(two, WORDS));
  }

  private static boolean hasAny(JsonNode said, List<String> fields) {
    for (String field : fields) {
      if (holds(said.path(field)) || isFalseAs(field, said)) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(JsonNode value) {
    if (value.isString()) {
      return !value.stringValue().isEmpty();
    }
    return value.isContainer() ? !value.isEmpty() : value.isNumber() || value.asBoolean(false);
  }

  /**
   * Whether the content is {@code false}, which may be a whole answer; in other fields it is
   * ignored.
   */
  private static boolean isFalseAs(String field, JsonNode said) {
    return field.equals("content") && said.path(field).isBoolean();
  }

  /**
   * The tool calls. Older interfaces have one function instead, and Anthropic has calls as parts of
   * the content.
   */
  static JsonNode calls(JsonNode said) {
    JsonNode calls = said.path("tool_calls");
    JsonNode function = said.path("function_call");
    if (!calls.isEmpty()) {
      return calls;
    }
    if (function.isObject()) {
      ObjectNode call = Json.MAPPER.createObjectNode().put("index", 0);
      return call.set("function", function);
    }
    ArrayNode parts = Json.MAPPER.createArrayNode();
    Part.in(said.path(CONTENT))
        .forEach(part -> {
          if (Part.isCall(part)) {
            parts.add(part);
          }
        });
    return parts;
  }

  /** The text of a delta or message. */
  static String text(JsonNode said) {
    return said.isString() ? said.stringValue() : content(said.path("content"));
  }

  /**
   * A string, or the text of parts ({@link Beside} reads their other content). Any other value is
   * returned as JSON, such as the object of a provider that has parsed its JSON answer.
   */
  private static String content(JsonNode content) {
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content.isArray() ? content : List.of(content)) {
      if (!part.isContainer()) {
        text.append(part.isNull() || part.isMissingNode() ? "" : part.asString(""));
      } else if (part.isObject() && (content.isArray() || Part.isOne(part))) {
        text.append(Part.text(part));
      } else if (!part.isEmpty()) {
        text.append(part);
      }
    }
    return text.toString();
  }

  /**
   * The reasoning. Only the first field with reasoning is read, since servers that fill two fields
   * repeat it. Without such a field, OpenRouter's details and Mistral's thinking parts inside the
   * content are read.
   */
  static String thinking(JsonNode said) {
    String field = thinkingField(said);
    return THINKING.contains(field) ? thought(said, field) : details(said) + inContent(said);
  }

  /** The field with the reasoning; empty if there is none. */
  static String thinkingField(JsonNode said) {
    for (String field : THINKING) {
      if (!thought(said, field).isEmpty()) {
        return field;
      }
    }
    return !details(said).isEmpty() ? DETAILS : inContent(said).isEmpty() ? "" : CONTENT;
  }

  private static String thought(JsonNode said, String field) {
    return Part.words(said.path(field));
  }

  private static String details(JsonNode said) {
    StringBuilder text = new StringBuilder();
    for (JsonNode detail : said.path(DETAILS)) {
      text.append(Json.text(detail, "text")).append(Json.text(detail, "summary"));
    }
    return text.toString();
  }

  private static String inContent(JsonNode said) {
    StringBuilder text = new StringBuilder();
    Part.in(said.path(CONTENT)).forEach(part -> text.append(Part.thought(part)));
    return text.toString();
  }

  /** The refusal, from its own field or from parts of the content. */
  static String refusal(JsonNode said) {
    StringBuilder refusal = new StringBuilder(Json.text(said, "refusal"));
    Part.in(said.path(CONTENT)).forEach(part -> refusal.append(Json.text(part, "refusal")));
    return refusal.toString();
  }
}
