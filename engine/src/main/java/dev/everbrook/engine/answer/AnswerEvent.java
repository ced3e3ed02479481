package dev.everbrook.engine.answer;

import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One event of an answer's stream.
 *
 * <p>They stand one to one for the events of the OpenAI Responses API, the envelope's included, so
 * that one number serves as sequence in every dialect. What that API has no word for ({@link
 * Waiting}, {@link Reset}, {@link Address}, {@link Keep}, {@link LeftOut}) is ours.
 *
 * <p><b>Order.</b> {@link Created}, {@link Queued}, {@link Started}, then items, then one {@link
 * End}. An item begins with {@link ItemAdded} and ends with {@link ItemDone}; items are numbered
 * from 0 in the order in which they are added. A message holds parts of text or refusal, reasoning
 * one part of reasoning; each part is {@link PartAdded}, {@link Piece}s, {@link PieceDone}, {@link
 * PartDone}. A call holds {@link Arguments} and {@link ArgumentsDone}. A message or reasoning ends
 * before the next item begins, calls may overlap and therefore name their item. A picture or sound
 * holds its {@link Address}. An {@link Annotation} stands in an open part of text, {@link Keep} in
 * or after the item that it names, before that ends. An answer that fails leaves open what is open;
 * every other end closes it first, and gives an empty message to an answer that a worker had begun
 * and that has no item. After {@link Reset} nothing of the items before counts, and the next item
 * has the number 0 again. {@link Waiting} and {@link LeftOut} may stand anywhere.
 *
 * <p>Streams of the first version have one message item without a {@code kind}, and their reasoning
 * stands among its text without an item of its own.
 */
public sealed interface AnswerEvent {

  /** What kind of thing an item is. */
  sealed interface Item {
    /** Text for the one who asked. */
    record MessageItem() implements Item {}

    /** What the model thought. */
    record ReasoningItem() implements Item {}

    /**
     * A tool that the model wants to be called.
     *
     * @param call its id, which no other call of the conversation has
     */
    record CallItem(String call, String name) implements Item {}

    /** A picture or a sound that the model made. */
    record MediaItem(ModelEvent.Media.Kind kind) implements Item {}
  }

  /** What a part holds. */
  enum Kind {
    TEXT,
    REFUSAL,
    REASONING
  }

  /**
   * It was asked for.
   *
   * @param at when, to the second; nothing in streams of the first version
   */
  record Created(String model, Optional<Instant> at) implements AnswerEvent {}

  /** It waits for a worker. */
  record Queued() implements AnswerEvent {}

  /** A worker has begun. */
  record Started() implements AnswerEvent {}

  record ItemAdded(Item item) implements AnswerEvent {}

  record PartAdded(Kind kind) implements AnswerEvent {}

  /** The next piece of the part that is open; never empty. */
  record Piece(Kind kind, String text) implements AnswerEvent {}

  record PieceDone(Kind kind) implements AnswerEvent {}

  record PartDone() implements AnswerEvent {}

  /** The next piece of a call's arguments, which are JSON as a whole; never empty. */
  record Arguments(int item, String text) implements AnswerEvent {}

  record ArgumentsDone(int item) implements AnswerEvent {}

  /** The next piece of the URL of a picture or a sound; never empty. */
  record Address(int item, String text) implements AnswerEvent {}

  /**
   * Something about the text of the part that is open.
   *
   * @param body an object as the Responses API writes annotations
   */
  record Annotation(String body) implements AnswerEvent {}

  /**
   * What the provider wants to have back with an item.
   *
   * @param body an object as {@link ModelEvent.Keep} has it
   */
  record Keep(int item, String body) implements AnswerEvent {}

  /**
   * Something that the provider sent is not in the log.
   *
   * @param what one word for it
   * @param why a sentence for people
   */
  record LeftOut(String what, String why) implements AnswerEvent {}

  /** The item that ends; the last that was added, where it does not say. */
  record ItemDone(OptionalInt item) implements AnswerEvent {}

  /** The provider cannot answer now, and is asked again. */
  record Waiting(String reason, Optional<Instant> retryAt) implements AnswerEvent {}

  /** All items so far are void: the answer begins anew. */
  record Reset() implements AnswerEvent {}

  /** An event of a later version. */
  record Unknown(String type) implements AnswerEvent {}

  /**
   * The last event. Its usage is that of the last call to the model: one that broke off seldom says
   * what it used.
   */
  sealed interface End extends AnswerEvent {}

  record Completed(Optional<Usage> usage) implements End {}

  /**
   * It is cut, though all that came is kept.
   *
   * @param reason {@code length}, {@code content_filter}, or the provider's word
   */
  record Incomplete(String reason, Optional<Usage> usage) implements End {}

  record Failed(String code, String message) implements End {}

  record Cancelled() implements End {}

  /** As it is stored: JSON without line breaks. */
  default byte[] json() {
    return AnswerJson.of(this);
  }

  /**
   * Reads what was stored.
   *
   * @throws tools.jackson.core.JacksonException if it is no JSON
   */
  static AnswerEvent of(byte[] json) {
    return AnswerJson.event(json);
  }
}
