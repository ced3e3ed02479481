package dev.everbrook.model;

/**
 * A chat model. The port of this room: the engine knows a provider only by this interface.
 *
 * <p>Implementations are safe for use by many threads.
 */
public interface ChatModel {

  /**
   * Prepares a call; never blocks on the network, which is first touched when the call is iterated.
   */
  ModelCall open(ModelRequest request);
}
