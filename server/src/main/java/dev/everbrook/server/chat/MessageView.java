package dev.everbrook.server.chat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message as the page shows it.
 *
 * @param text what was written so far; an answer's is Markdown
 * @param streamId the stream of an answer; an open answer without one is shown but not followed
 * @param after of an open answer the sequence number of the last event that {@code text} contains,
 *     -1 for none: the page goes on live with the next one
 * @param error why the answer failed or ended early, in words for the reader
 * @param simulated whether the text was made up by the simulator
 */
public record MessageView(
    String id,
    Role role,
    String text,
    State state,
    Optional<String> streamId,
    long after,
    Optional<String> error,
    boolean simulated) {

  /** What is said in the place of an answer that has ended well and says nothing. */
  static final String SILENT = "The model answered without a word. Retry asks it again.";

  public MessageView {
    if (after < -1) {
      throw new IllegalArgumentException("after must be -1 or a sequence number, was " + after);
    }
    if (role == Role.USER && state != State.DONE) {
      throw new IllegalArgumentException("What a person wrote is done, was " + state);
    }
  }

  /** A message of a person. */
  public static MessageView question(String id, String text) {
    return new MessageView(
        id, Role.USER, text, State.DONE, Optional.empty(), -1, Optional.empty(), false);
  }

  /** What the page's scripts copy to show a new answer. */
  static MessageView blankAnswer(boolean simulated) {
    return new MessageView(
        "", Role.ASSISTANT, "", State.DONE, Optional.empty(), -1, Optional.empty(), simulated);
  }

  /** Whether the page follows the answer, for which it needs the raw text. */
  boolean open() {
    return state.open() && streamId.isPresent();
  }

  /** Whether the answer is over and there is nothing to read. */
  boolean silent() {
    return role == Role.ASSISTANT && !id.isEmpty() && state == State.DONE && text.isBlank();
  }

  /** One sentence or two below the text; empty where nothing needs to be explained. */
  String note() {
    return silent() ? SILENT : state.note();
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
}
