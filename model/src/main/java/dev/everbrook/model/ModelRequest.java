package dev.everbrook.model;

import java.util.List;

/**
 * What to ask a model.
 *
 * @param model the provider's name of the model
 * @param messages the conversation so far, oldest first; not empty
 * @param continuing whether the last message is the beginning of the answer, which the model is to
 *     continue without repeating it (prefill); then it must be an assistant's
 */
public record ModelRequest(String model, List<Message> messages, boolean continuing) {

  public ModelRequest {
    messages = List.copyOf(messages);
    if (model.isBlank()) {
      throw new IllegalArgumentException("a model must be named");
    }
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a request needs at least one message");
    }
    if (continuing && messages.getLast().role() != Message.Role.ASSISTANT) {
      throw new IllegalArgumentException(
          "only an assistant's message can be continued, the last one is the "
              + messages.getLast().role());
    }
  }

  public static ModelRequest of(String model, List<Message> messages) {
    return new ModelRequest(model, messages, false);
  }
}
