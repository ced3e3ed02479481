package dev.everbrook.engine.answer;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.model.Message;
import dev.everbrook.model.Parameters;
import java.util.List;
import java.util.Optional;

/**
 * A request to a model on behalf of a principal.
 *
 * @param owner the only principal that can see the answer
 * @param messages the conversation, oldest first; the last message is the one to answer
 * @param parameters further parameters for the model
 * @param recovery empty for the default of the node's {@link AnswerSettings}
 */
public record Question(
    Principal owner,
    String model,
    List<Message> messages,
    Parameters parameters,
    Optional<Recovery> recovery,
    Granularity granularity) {

  /**
   * Checks the messages.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Question {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a question needs at least one message");
    }
  }

  /** A question without further parameters, with the node's recovery, and an event a token. */
  public Question(Principal owner, String model, List<Message> messages) {
    this(owner, model, messages, Parameters.NONE, Optional.empty(), new Granularity.Token());
  }

  /** The same question with these parameters for the model. */
  public Question with(Parameters others) {
    return new Question(owner, model, messages, others, recovery, granularity);
  }

  /** The same question with this recovery after a broken call. */
  public Question recovering(Recovery how) {
    return new Question(owner, model, messages, parameters, Optional.of(how), granularity);
  }

  /** The same question with this amount of text in an event. */
  public Question by(Granularity size) {
    return new Question(owner, model, messages, parameters, recovery, size);
  }
}
