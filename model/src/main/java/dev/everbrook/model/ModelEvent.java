package dev.everbrook.model;

import java.util.Optional;
import java.util.OptionalInt;

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
   * A piece of a tool call. Pieces of one call share its {@code slot} (0, 1, …); {@code id} and
   * {@code name} come with the first piece, {@code arguments} is the next part of the JSON text.
   *
   * @param id as the provider sent it; nothing if it sent none. Providers repeat ids, within an
   *     answer and from one answer to the next
   */
  record ToolCall(int slot, Optional<String> id, Optional<String> name, String arguments)
      implements ModelEvent {}

  /**
   * A picture or a sound, whole.
   *
   * @param url a {@code data:} URL, or where it is to be had
   */
  record Media(Kind kind, String url) implements ModelEvent {

    /** How many characters the URLs of one call may have together. */
    public static final int CHARS_MAX = 8 << 20;

    /** What it is. */
    public enum Kind {
      IMAGE,
      AUDIO
    }
  }

  /**
   * Something about the text so far, mostly where it was found.
   *
   * @param json an object as the Responses API writes annotations: {@code {"type": "url_citation",
   *     "url", "title", "start_index", "end_index"}}, or one of another type as the provider sent
   *     it
   */
  record Annotation(String json) implements ModelEvent {}

  /**
   * What the provider wants to have back when the conversation goes on: signatures, encrypted
   * reasoning. It is opaque here.
   *
   * @param slot the tool call that it belongs to; nothing where it belongs to the message
   * @param json an object with the {@code fields} to be given back as they are, and, where
   *     reasoning did not come in {@code reasoning_content}, the field {@code as} which it goes
   *     back; either may be absent
   */
  record Keep(OptionalInt slot, String json) implements ModelEvent {}

  /**
   * Something came that cannot be passed on.
   *
   * @param what one word for it: a kind of media, or the provider's name of the field
   * @param why a sentence for people
   */
  record LeftOut(String what, String why) implements ModelEvent {}

  /** The provider said that the answer is over, and why. Closes the call. */
  record Finished(FinishReason reason, Optional<Usage> usage) implements ModelEvent {}

  /** The call ended without the provider saying so properly. Closes the call. */
  record Failed(Failure failure, Optional<Usage> usage) implements ModelEvent {}
}
