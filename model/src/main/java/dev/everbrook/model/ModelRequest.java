package dev.everbrook.model;

import java.util.List;

/**
 * A request to a model.
 *
 * @param model the provider's name of the model
 * @param messages the conversation so far, oldest first; not empty
 * @param parameters further fields of the request
 * @param continuing whether the last message is the beginning of the answer, which the model must
 *     continue without repeating it (prefill); that message must be an assistant's text
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
          "only an assistant's text can be continued; the last message is not one");
    }
  }

  public static ModelRequest of(String model, List<Message> messages) {
    return new ModelRequest(model, messages, Parameters.NONE, false);
  }

  public ModelRequest with(Parameters other) {
    return new ModelRequest(model, messages, other, continuing);
  }

  /** Asks the model to continue the last message. */
  public ModelRequest goingOn() {
    return new ModelRequest(model, messages, parameters, true);
  }
}
