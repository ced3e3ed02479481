package dev.everbrook.server.chat;

import dev.everbrook.engine.answer.Transcript;
import dev.everbrook.engine.stream.Head;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A message of a chat with all its data.
 *
 * @param text the text so far
 * @param stream the stream of an answer that was not removed
 * @param remark the remark below it
 * @param progress the progress of an answer that is being written
 */
public record ChatMessage(
    UUID id,
    Role role,
    String text,
    AnswerState state,
    Optional<Head> stream,
    Remark remark,
    Optional<Progress> progress,
    boolean simulated) {

  /**
   * The progress of an open answer.
   *
   * @param after the number of the last event included in the text, or -1
   * @param waited the time since the question
   * @param anew whether it began anew at least once
   */
  public record Progress(long after, Duration waited, boolean anew) {

    /** No progress yet. */
    public static final Progress NONE = new Progress(-1, Duration.ZERO, false);

    public Progress {
      if (after < -1) {
        throw new IllegalArgumentException("after must be -1 or a sequence number, was " + after);
      }
    }
  }

  static ChatMessage question(UUID id, String text) {
    return new ChatMessage(
        id,
        Role.USER,
        text,
        AnswerState.DONE,
        Optional.empty(),
        Remark.of(AnswerState.DONE),
        Optional.empty(),
        false);
  }

  /** An ended answer. */
  static ChatMessage ended(UUID id, Head head, Remark remark, boolean simulated) {
    return new ChatMessage(
        id,
        Role.ASSISTANT,
        head.body().orElse(""),
        state(head),
        Optional.of(head),
        remark,
        Optional.empty(),
        simulated);
  }

  /** The state of an ended stream's answer. */
  static AnswerState state(Head head) {
    return switch (head.state()) {
      case OPEN -> throw new IllegalArgumentException("the stream is open");
      case DONE -> AnswerState.DONE;
      case INCOMPLETE -> AnswerState.INCOMPLETE;
      case FAILED -> AnswerState.FAILED;
      case CANCELLED -> AnswerState.CANCELLED;
    };
  }

  /** An answer whose stream is gone. */
  static ChatMessage removed(UUID id, boolean simulated) {
    return new ChatMessage(
        id,
        Role.ASSISTANT,
        "",
        AnswerState.REMOVED,
        Optional.empty(),
        Remark.of(AnswerState.REMOVED),
        Optional.empty(),
        simulated);
  }

  /** An answer that is being written. */
  static ChatMessage open(
      UUID id, Head head, Transcript soFar, Duration waited, boolean simulated) {
    AnswerState state = soFar.isStarted() ? AnswerState.STREAMING : AnswerState.QUEUED;
    return new ChatMessage(
        id,
        Role.ASSISTANT,
        soFar.text(),
        state,
        Optional.of(head),
        Remark.of(state),
        Optional.of(new Progress(soFar.resumeAfter(), waited, soFar.isAnew())),
        simulated);
  }
}
