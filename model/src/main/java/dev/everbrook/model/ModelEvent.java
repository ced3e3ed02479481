package dev.everbrook.model;

import java.util.Optional;
import java.util.OptionalInt;

/** An event of a call to a model. */
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
   *
   * @param id the provider's id; empty if it sent none. Providers repeat ids, within an answer and
   *     across answers
   */
  record ToolCall(int slot, Optional<String> id, Optional<String> name, String arguments)
      implements ModelEvent {}

  /**
   * The number of skipped lines: neither events nor comments, or events without content. At most
   * once, directly before the closing event.
   */
  record Skipped(int lines) implements ModelEvent {}

  /**
   * A picture or a sound, whole.
   *
   * @param url a {@code data:} URL, or the URL of its source
   */
  record Media(Kind kind, String url) implements ModelEvent {

    /** The most characters of all URLs of one call together. */
    public static final int CHARS_MAX = 8 << 20;

    /** The kind of media. */
    public enum Kind {
      IMAGE,
      AUDIO
    }
  }

  /**
   * An annotation of the text so far, mostly its source.
   *
   * @param json an annotation object of the Responses API: {@code {"type": "url_citation", "url",
   *     "title", "start_index", "end_index"}}, or one of another type as the provider sent it
   */
  record Annotation(String json) implements ModelEvent {}

  /**
   * Opaque data that the provider needs back in later requests of the conversation: signatures,
   * encrypted reasoning.
   *
   * @param slot the tool call that it belongs to; empty if it belongs to the message
   * @param json an object with the {@code fields} to return unchanged and, if reasoning came in a
   *     field other than {@code reasoning_content}, that field's name as {@code as}; either may be
   *     absent
   */
  record Keep(OptionalInt slot, String json) implements ModelEvent {}

  /**
   * Output of the provider that cannot be passed on.
   *
   * @param what one word for the output: a kind of media, or the provider's field name
   * @param why a sentence for users
   */
  record LeftOut(String what, String why) implements ModelEvent {}

  /** The provider ended the answer with a reason. Closes the call. */
  record Finished(FinishReason reason, Optional<Usage> usage) implements ModelEvent {}

  /** The call failed: it ended without a proper end by the provider. Closes the call. */
  record Failed(Failure failure, Optional<Usage> usage) implements ModelEvent {}
}
