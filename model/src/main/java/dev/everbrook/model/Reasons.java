package dev.everbrook.model;

/** Reads a {@code finish_reason}. */
final class Reasons {

  private Reasons() {}

  static FinishReason of(String raw) {
    return switch (raw) {
      case "stop" -> new FinishReason.Stop();
      case "length" -> new FinishReason.Length();
      case "tool_calls", "function_call" -> new FinishReason.ToolCalls();
      case "content_filter" -> new FinishReason.ContentFilter();
      default -> new FinishReason.Other(raw);
    };
  }
}
