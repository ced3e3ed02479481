package dev.everbrook.model;

import java.util.List;

/**
 * What to ask a model.
 *
 * @param model the provider's name of the model
 * @param messages the conversation so far, oldest first; not empty
 * @param parameters what else the provider is told
 * @param continuing whether the last message is the beginning of the answer, which the model is to
 *     continue without repeating it (prefill); then it must be an assistant's text
 */
public record ModelRequest(
    String model, List<Message> messages, Parameters parameters, boolean continuing) {

  public ModelRequest {
    messages = List.copyOf(messages);
    if (model.isBlank()) {
      throw new IllegalArgumentException("a model must be named");
    }
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a request needs at least one message");
    }
    if (continuing && !messages.getLast().canBeContinued()) {
      throw new IllegalArgumentException(
          "only an assistant's text can be continued, and the last message is none");
    }
  }

  public static ModelRequest of(String model, List<Message> messages) {
    return new ModelRequest(model, messages, Parameters.NONE, false);
  }

  public ModelRequest with(Parameters other) {
    return new ModelRequest(model, messages, other, continuing);
  }

  /** Asks to go on from the last message. */
  public ModelRequest goingOn() {
    return new ModelRequest(model, messages, parameters, true);
  }
}
