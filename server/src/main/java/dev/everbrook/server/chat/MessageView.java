package dev.everbrook.server.chat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message for the page.
 *
 * @param text the text so far; Markdown for an answer
 * @param streamId the stream of an answer; an open answer without one is shown but not followed
 * @param progress the progress of an open answer's {@code text}, after which the page follows live
 * @param remark the remark below the answer
 * @param simulated whether the simulator made up the text
 */
public record MessageView(
    String id,
    Role role,
    String text,
    AnswerState state,
    Optional<String> streamId,
    ChatMessage.Progress progress,
    Remark remark,
    boolean simulated) {

  /** The note above an answer that began anew. */
  static final String ANEW =
      "Begun again: the answer was interrupted, and its earlier text no longer counts.";

  /** The note while an answer is shown only when complete. */
  static final String WHOLE = "Being written. The answer is shown when it is complete.";

  /** The shortest wait that is shown for an answer without text. */
  private static final long WAITED_LEAST_S = 2;

  public MessageView {
    if (role == Role.USER && state != AnswerState.DONE) {
      throw new IllegalArgumentException("A user's message must be done, was " + state);
    }
  }

  static MessageView of(ChatMessage message) {
    return new MessageView(
        message.id().toString(),
        message.role(),
        message.text(),
        message.state(),
        message.stream().map(it -> it.ref().publicId().toString()),
        message.progress().orElse(ChatMessage.Progress.NONE),
        message.remark(),
        message.simulated());
  }

  /** A user's message. */
  public static MessageView question(String id, String text) {
    return new MessageView(
        id,
        Role.USER,
        text,
        AnswerState.DONE,
        Optional.empty(),
        ChatMessage.Progress.NONE,
        Remark.of(AnswerState.DONE),
        false);
  }

  /** The template that the page's scripts copy for a new answer. */
  static MessageView blankAnswer(boolean simulated) {
    return new MessageView(
        "",
        Role.ASSISTANT,
        "",
        AnswerState.DONE,
        Optional.empty(),
        ChatMessage.Progress.NONE,
        Remark.of(AnswerState.DONE),
        simulated);
  }

  /** Whether the page follows the answer and therefore needs the raw text. */
  boolean open() {
    return state.open() && streamId.isPresent();
  }

  /** Whether the answer has ended without text. */
  private boolean silent() {
    return role == Role.ASSISTANT && !id.isEmpty() && state == AnswerState.DONE && text.isBlank();
  }

  /** The explanation and the remedy; empty if none is needed. */
  String note() {
    String waiting = waiting();
    return waiting.isEmpty() ? remark.words() : (remark.words() + " " + waiting).strip();
  }

  private String waiting() {
    long seconds = progress.waited().toSeconds();
    return state.open() && text.isEmpty() && seconds >= WAITED_LEAST_S
        ? "Still waiting, " + seconds + " s."
        : "";
  }

  /** The note above the text; empty for an answer that never began anew. */
  String anew() {
    return progress.anew() ? ANEW : "";
  }

  String html() {
    return Markdown.toHtml(text);
  }

  /** Templates leave out an attribute whose value is null. */
  @Nullable String idOrNull() {
    return id.isEmpty() ? null : id;
  }

  @Nullable String streamIdOrNull() {
    return streamId.orElse(null);
  }

  @Nullable String liveOrNull() {
    return open() ? "" : null;
  }

  @Nullable String silentOrNull() {
    return silent() ? "" : null;
  }

  @Nullable String retryOrNull() {
    return remark.retry() ? "" : null;
  }

  @Nullable String waitedOrNull() {
    return open() ? Long.toString(progress.waited().toMillis()) : null;
  }
}
