package dev.everbrook.model;

/** The reason why a provider ended an answer. */
public sealed interface FinishReason {

  /** The model finished. */
  record Stop() implements FinishReason {}

  /** The limit on tokens was reached: the text is cut, though the stream is complete. */
  record Length() implements FinishReason {}

  /** The model requests tool calls. */
  record ToolCalls() implements FinishReason {}

  /** The provider's filter removed the rest. */
  record ContentFilter() implements FinishReason {}

  /** An unknown reason, as sent. */
  record Other(String raw) implements FinishReason {}
}
