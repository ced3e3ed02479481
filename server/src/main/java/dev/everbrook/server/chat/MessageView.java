package dev.everbrook.server.chat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as the page shows it.
 *
 * @param text the text so far; an answer's is Markdown
 * @param streamId the stream of an answer; an open answer without one is shown but not followed
 * @param progress of an open answer, how far {@code text} has come: the page goes on live from
 *     there
 * @param remark the remark below the answer
 * @param simulated whether the text was made up by the simulator
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

  /** What is said where the text of an answer is not the first that was written. */
  static final String ANEW =
      "Begun again: the answer was interrupted, and its earlier text no longer counts.";

  /** What is said while an answer is shown only when it is whole. */
  static final String WHOLE = "Being written. The answer is shown when it is complete.";

  /** Sooner than this an answer that has said nothing is not worth a word. */
  private static final long WAITED_LEAST_S = 2;

  public MessageView {
    if (role == Role.USER && state != AnswerState.DONE) {
      throw new IllegalArgumentException("What a person wrote is done, was " + state);
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

  /** A message of a person. */
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

  /** What the page's scripts copy to show a new answer. */
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

  /** Whether the page follows the answer, for which it needs the raw text. */
  boolean open() {
    return state.open() && streamId.isPresent();
  }

  /** Whether the answer is over and there is nothing to read. */
  private boolean silent() {
    return role == Role.ASSISTANT && !id.isEmpty() && state == AnswerState.DONE && text.isBlank();
  }

  /** What happened and what to do; empty where nothing needs to be said. */
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

  /** What stands above the text; empty for an answer that began once. */
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
