package dev.everbrook.engine.answer;

import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One event of an answer's stream.
 *
 * <p>The events correspond one to one to the events of the OpenAI Responses API, including those of
 * the envelope, so that one number serves as sequence in every dialect. {@link Waiting}, {@link
 * Reset}, {@link Address}, {@link Keep} and {@link LeftOut} have no counterpart in that API.
 *
 * <p><b>Order.</b> {@link Created}, {@link Queued}, {@link Started}, then items, then one {@link
 * End}. An item begins with {@link ItemAdded} and ends with {@link ItemDone}; items are numbered
 * from 0 in the order in which they are added. A message holds parts of text or refusal, reasoning
 * one part of reasoning; each part is {@link PartAdded}, {@link Piece}s, {@link PieceDone}, {@link
 * PartDone}. A call holds {@link Arguments} and {@link ArgumentsDone}. A message or reasoning ends
 * before the next item begins. Calls may overlap; their events therefore name the item. A picture
 * or sound holds its {@link Address}. An {@link Annotation} stands in an open part of text. A
 * {@link Keep} comes between the beginning and the end of the item that it names. A failed answer
 * leaves its open items open. Every other end closes them first; if a worker had begun the answer
 * and it has no item, it gets an empty message. {@link Reset} voids all earlier items, and the next
 * item has the number 0 again. {@link Waiting} and {@link LeftOut} may stand anywhere.
 *
 * <p>Streams of the first version have one message item without a {@code kind}, and their reasoning
 * stands among its text without an item of its own.
 */
public sealed interface AnswerEvent {

  /** The kind of an item. */
  sealed interface Item {
    /** Text for the user. */
    record MessageItem() implements Item {}

    /** The model's reasoning. */
    record ReasoningItem() implements Item {}

    /**
     * A call of a tool that the model requests.
     *
     * @param call its id, unique in the conversation
     */
    record CallItem(String call, String name) implements Item {}

    /** A picture or a sound that the model made. */
    record MediaItem(ModelEvent.Media.Kind kind) implements Item {}
  }

  /** The kind of a part's content. */
  enum Kind {
    TEXT,
    REFUSAL,
    REASONING
  }

  /**
   * The answer was requested.
   *
   * @param at the time, to the second; empty in streams of the first version
   */
  record Created(String model, Optional<Instant> at) implements AnswerEvent {}

  /** The answer waits for a worker. */
  record Queued() implements AnswerEvent {}

  /** A worker has begun. */
  record Started() implements AnswerEvent {}

  record ItemAdded(Item item) implements AnswerEvent {}

  record PartAdded(Kind kind) implements AnswerEvent {}

  /** The next piece of the part that is open; never empty. */
  record Piece(Kind kind, String text) implements AnswerEvent {}

  record PieceDone(Kind kind) implements AnswerEvent {}

  record PartDone() implements AnswerEvent {}

  /** The next piece of a call's arguments; never empty. Only all pieces together are JSON. */
  record Arguments(int item, String text) implements AnswerEvent {}

  record ArgumentsDone(int item) implements AnswerEvent {}

  /** The next piece of the URL of a picture or a sound; never empty. */
  record Address(int item, String text) implements AnswerEvent {}

  /**
   * An annotation of the text of the open part.
   *
   * @param body an annotation object of the Responses API
   */
  record Annotation(String body) implements AnswerEvent {}

  /**
   * Data that the provider needs back with an item in later requests.
   *
   * @param body the object of a {@link ModelEvent.Keep}
   */
  record Keep(int item, String body) implements AnswerEvent {}

  /**
   * Output of the provider that is left out of the log.
   *
   * @param what one word for the output
   * @param why a sentence for users
   */
  record LeftOut(String what, String why) implements AnswerEvent {}

  /** The end of an item; without a number, of the item added last. */
  record ItemDone(OptionalInt item) implements AnswerEvent {}

  /** The provider cannot answer now; the request will be repeated. */
  record Waiting(String reason, Optional<Instant> retryAt) implements AnswerEvent {}

  /** All items so far are void: the answer begins anew. */
  record Reset() implements AnswerEvent {}

  /** An event of a later version. */
  record Unknown(String type) implements AnswerEvent {}

  /**
   * The last event. Its usage covers the last call to the model only, since calls that broke off
   * seldom report their usage.
   */
  sealed interface End extends AnswerEvent {}

  record Completed(Optional<Usage> usage) implements End {}

  /**
   * The answer is cut; the text received so far is kept.
   *
   * @param reason {@code length}, {@code content_filter}, or the provider's word
   */
  record Incomplete(String reason, Optional<Usage> usage) implements End {}

  record Failed(String code, String message) implements End {}

  record Cancelled() implements End {}

  /** The stored form: JSON without line breaks. */
  default byte[] json() {
    return AnswerJson.of(this);
  }

  /**
   * Reads a stored event.
   *
   * @throws tools.jackson.core.JacksonException if it is not JSON
   */
  static AnswerEvent of(byte[] json) {
    return AnswerJson.event(json);
  }
}
