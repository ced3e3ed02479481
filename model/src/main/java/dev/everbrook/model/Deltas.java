package dev.everbrook.model;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the text and the thinking of one delta, in the shapes providers give them. */
final class Deltas {

  private static final String DETAILS = "reasoning_details";
  private static final String CONTENT = "content";

  private Deltas() {}

  /** A string, or an array of parts of which only the text counts. */
  static String text(JsonNode content) {
    if (content.isString()) {
      return content.stringValue();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      text.append(part.isString() ? part.stringValue() : Json.text(part, "text"));
    }
    return text.toString();
  }

  /** Where reasoning comes as one text: DeepSeek and llama.cpp; vLLM, Ollama and OpenRouter; … */
  private static final List<String> THINKING =
      List.of("reasoning_content", "reasoning", "reasoning_text", "thinking");

  /**
   * The reasoning. Servers that send it in two fields repeat themselves, so one is read; then
   * OpenRouter's details, then Mistral's thinking parts inside the content.
   */
  static String thinking(JsonNode delta) {
    String field = thinkingField(delta);
    StringBuilder parts = new StringBuilder();
    switch (field) {
      case "", DETAILS -> {
        for (JsonNode detail : delta.path(DETAILS)) {
          parts.append(Json.text(detail, "text")).append(Json.text(detail, "summary"));
        }
      }
      case CONTENT -> {
        for (JsonNode part : delta.path(CONTENT)) {
          parts.append(text(part.path("thinking")));
        }
      }
      default -> parts.append(Json.text(delta, field));
    }
    return parts.toString();
  }

  /** The field that the reasoning is in; empty if there is none. */
  static String thinkingField(JsonNode delta) {
    for (String field : THINKING) {
      if (!Json.text(delta, field).isEmpty()) {
        return field;
      }
    }
    for (JsonNode detail : delta.path(DETAILS)) {
      if (!Json.text(detail, "text").isEmpty() || !Json.text(detail, "summary").isEmpty()) {
        return DETAILS;
      }
    }
    if (delta.path(CONTENT).isArray()) {
      for (JsonNode part : delta.path(CONTENT)) {
        if (!text(part.path("thinking")).isEmpty()) {
          return CONTENT;
        }
      }
    }
    return "";
  }
}
