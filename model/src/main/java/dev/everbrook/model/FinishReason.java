package dev.everbrook.model;

/** Why a provider ended an answer. */
public sealed interface FinishReason {

  /** The model was done. */
  record Stop() implements FinishReason {}

  /** The limit on tokens was reached: the text is cut, though the stream is whole. */
  record Length() implements FinishReason {}

  /** The model wants tools to be called. */
  record ToolCalls() implements FinishReason {}

  /** The provider's filter removed the rest. */
  record ContentFilter() implements FinishReason {}

  /** A reason this version does not know, as sent. */
  record Other(String raw) implements FinishReason {}
}
