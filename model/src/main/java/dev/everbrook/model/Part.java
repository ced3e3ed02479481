package dev.everbrook.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Reads one part of a message's content, in all forms that providers use. A part may have text and
 * media; a part of reasoning has neither. An object in place of the content is a part if its type
 * or its fields are those of parts. Otherwise it is an answer in JSON that the provider has parsed.
 */
final class Part {

  private static final Pattern KNOWN =
      Pattern.compile(
          "((in|out)put_)?(text|image|audio|video|file)(_url)?|thinking|thought|reasoning([._].*)?"
              + "|summary_text|refusal");

  /** The fields with the words of reasoning. */
  private static final List<String> WORDS =
      List.of("text", "thinking", "reasoning", "reasoning_content", "content", "summary", "value");

  private static final Set<String> CALLS = Set.of("tool_use", "tool_call", "function_call");

  private static final List<String> IMAGES =
      List.of("image_url", "image", "b64_json", "data", "url", "source");
  private static final List<String> SOUNDS =
      List.of("input_audio", "output_audio", "audio", "audio_url", "data", "url");

  /** Fields that only parts have; each identifies a part without a type. */
  private static final List<String> OWN =
      List.of("text", "thinking", "refusal", "image_url", "input_audio", "audio_url", "video_url");

  private static final Set<String> FURTHER =
      Set.of(
          "type",
          "index",
          "id",
          "annotations",
          "citations",
          "signature",
          "thought",
          "detail",
          "format",
          "transcript",
          "media_type",
          "mime_type",
          "cache_control",
          "logprobs");

  private Part() {}

  /** The parts of a content: its elements, or the content itself if it is a part. */
  static Iterable<JsonNode> in(JsonNode content) {
    return content.isArray() ? content : isOne(content) ? List.of(content) : List.of();
  }

  /** Whether an object in place of the content is a part. */
  static boolean isOne(JsonNode content) {
    if (!content.isObject()) {
      return false;
    }
    boolean known = KNOWN.matcher(type(content)).matches();
    return known && isRead(content)
        || (known || OWN.stream().anyMatch(field -> holds(content, field)))
            && content.propertyNames().stream().allMatch(Part::isOfParts);
  }

  private static boolean isOfParts(String field) {
    return FURTHER.contains(field)
        || OWN.contains(field)
        || WORDS.contains(field)
        || IMAGES.contains(field)
        || SOUNDS.contains(field);
  }

  private static boolean isRead(JsonNode part) {
    return !thought(part).isEmpty()
        || hasWords(part)
        || isImage(part) && IMAGES.stream().anyMatch(field -> holds(part, field))
        || isSound(part) && SOUNDS.stream().anyMatch(field -> holds(part, field))
        || holds(part, "video_url")
        || part.path("file").isObject();
  }

  /** Whether a part other than reasoning has words, even empty ones. */
  static boolean hasWords(JsonNode part) {
    return part.path("text").isString()
        || part.path("text").path("value").isString()
        || part.path("refusal").isString()
        || !text(part).isEmpty();
  }

  /** The text of a part, or the transcript of its sound. */
  static String text(JsonNode part) {
    if (isThought(part)) {
      return "";
    }
    JsonNode text = part.path("text");
    String said = text.isObject() ? Json.text(text, "value") : Json.text(part, "text");
    if (said.isEmpty() && type(part).endsWith("text")) {
      said = words(part);
    }
    for (String field : List.of("audio", "input_audio", "output_audio")) {
      said = said.isEmpty() ? Json.text(part.path(field), "transcript") : said;
    }
    return said.isEmpty() ? Json.text(part, "transcript") : said;
  }

  static boolean isThought(JsonNode part) {
    String type = type(part);
    return type.startsWith("thinking")
        || type.startsWith("thought")
        || type.startsWith("reasoning")
        || type.equals("summary_text")
        || part.has("thinking")
        || part.path("thought").asBoolean(false);
  }

  /** The words of a part of reasoning; empty for any other. */
  static String thought(JsonNode part) {
    return !isThought(part) ? "" : words(part.has("thinking") ? part.path("thinking") : part);
  }

  /** The words of reasoning at any depth. */
  static String words(JsonNode value) {
    if (value.isString()) {
      return value.stringValue();
    }
    StringBuilder words = new StringBuilder();
    if (value.isArray()) {
      value.forEach(it -> words.append(words(it)));
    }
    for (String field : WORDS) {
      if (words.isEmpty() && value.has(field)) {
        words.append(words(value.path(field)));
      }
    }
    return words.toString();
  }

  static boolean isCall(JsonNode part) {
    return CALLS.contains(type(part)) && !Json.text(part, "name").isEmpty();
  }

  static boolean isImage(JsonNode part) {
    return type(part).contains("image") || holds(part, "image_url");
  }

  static boolean isSound(JsonNode part) {
    return type(part).contains("audio")
        || holds(part, "input_audio")
        || holds(part, "audio_url")
        || part.path("audio").isObject();
  }

  static String type(JsonNode part) {
    return Json.text(part, "type").toLowerCase(Locale.ROOT);
  }

  private static boolean holds(JsonNode part, String field) {
    JsonNode value = part.path(field);
    return value.isString() || value.isContainer() && !value.isEmpty();
  }
}
