package dev.everbrook.model;

import java.util.Optional;

/** What a call to a model yields, piece by piece. */
public sealed interface ModelEvent {

  /** The provider answered and the stream has begun. At most once, before any other event. */
  record Started(String id, String model) implements ModelEvent {}

  /** A piece of the answer; never empty. */
  record Text(String text) implements ModelEvent {}

  /** A piece of the model's reasoning; never empty. */
  record Thinking(String text) implements ModelEvent {}

  /** A piece of a refusal; never empty. */
  record Refusal(String text) implements ModelEvent {}

  /**
   * A piece of a tool call. Pieces of one call share its {@code slot} (0, 1, …); {@code id} and the
   * whole {@code name} come with the first piece, {@code arguments} is the next part of the JSON
   * text.
   */
  record ToolCall(int slot, Optional<String> id, Optional<String> name, String arguments)
      implements ModelEvent {}

  /**
   * So many lines of the stream were neither events nor comments, or events that say nothing, and
   * were passed over. At most once, just before the closing event.
   */
  record Skipped(int lines) implements ModelEvent {}

  /** The provider said that the answer is over, and why. Closes the call. */
  record Finished(FinishReason reason, Optional<Usage> usage) implements ModelEvent {}

  /** The call ended without the provider saying so properly. Closes the call. */
  record Failed(Failure failure, Optional<Usage> usage) implements ModelEvent {}
}
