package dev.everbrook.server.chat;

import dev.everbrook.engine.answer.Transcript;
import dev.everbrook.engine.stream.Head;
import java.util.Optional;
import java.util.UUID;

/**
 * A message of a chat with all that is known of it.
 *
 * @param text what was written so far
 * @param stream of an answer that was not removed
 * @param after of an open answer the number of the last event that {@code text} holds, or -1
 */
public record ChatMessage(
    UUID id,
    Role role,
    String text,
    State state,
    Optional<Head> stream,
    long after,
    boolean simulated) {

  static ChatMessage question(UUID id, String text) {
    return new ChatMessage(id, Role.USER, text, State.DONE, Optional.empty(), -1, false);
  }

  /** An answer that has ended. */
  static ChatMessage ended(UUID id, Head head, boolean simulated) {
    State state =
        switch (head.state()) {
          case OPEN -> throw new IllegalArgumentException("the stream is open");
          case DONE -> State.DONE;
          case INCOMPLETE -> State.INCOMPLETE;
          case FAILED -> State.FAILED;
          case CANCELLED -> State.CANCELLED;
        };
    return new ChatMessage(
        id, Role.ASSISTANT, head.body().orElse(""), state, Optional.of(head), -1, simulated);
  }

  /** An answer whose stream is gone. */
  static ChatMessage removed(UUID id, boolean simulated) {
    return new ChatMessage(id, Role.ASSISTANT, "", State.REMOVED, Optional.empty(), -1, simulated);
  }

  /** An answer that is being written. */
  static ChatMessage open(UUID id, Head head, Transcript soFar, boolean simulated) {
    return new ChatMessage(
        id,
        Role.ASSISTANT,
        soFar.text(),
        soFar.isStarted() ? State.STREAMING : State.QUEUED,
        Optional.of(head),
        soFar.resumeAfter(),
        simulated);
  }
}
