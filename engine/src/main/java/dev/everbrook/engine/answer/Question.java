package dev.everbrook.engine.answer;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.model.Message;
import java.util.List;

/**
 * What is asked of which model, and for whom.
 *
 * @param owner only this principal finds the answer
 * @param messages the conversation, oldest first; ends with what is to be answered
 */
public record Question(Principal owner, String model, List<Message> messages) {
  public Question {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a question needs at least one message");
    }
  }
}
