package dev.everbrook.model;

/**
 * A chat model one can ask. The port of this room: the engine knows nothing else of a provider.
 *
 * <p>Implementations are safe for use by many threads.
 */
public interface ChatModel {

  /**
   * Prepares a call; never blocks on the network, which is first touched when the call is iterated.
   */
  ModelCall open(ModelRequest request);
}
