package dev.everbrook.model;

import tools.jackson.databind.JsonNode;

/** Reads the text and the thinking of one delta, in the shapes providers give them. */
final class Deltas {

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

  /**
   * {@code reasoning_content} (DeepSeek, llama.cpp) or {@code reasoning} (vLLM, Ollama,
   * OpenRouter); servers that send both repeat themselves, so one is read. Then OpenRouter's
   * details, then Mistral's thinking parts inside the content.
   */
  static String thinking(JsonNode delta) {
    String older = Json.text(delta, "reasoning_content");
    if (!older.isEmpty()) {
      return older;
    }
    String newer = Json.text(delta, "reasoning");
    if (!newer.isEmpty()) {
      return newer;
    }
    StringBuilder parts = new StringBuilder();
    for (JsonNode detail : delta.path("reasoning_details")) {
      parts.append(Json.text(detail, "text")).append(Json.text(detail, "summary"));
    }
    if (delta.path("content").isArray()) {
      for (JsonNode part : delta.path("content")) {
        parts.append(text(part.path("thinking")));
      }
    }
    return parts.toString();
  }
}
