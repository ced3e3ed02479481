package dev.everbrook.server.http;

import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Entries;

/**
 * The messages of a WebSocket that follows many streams. Safe for use by many threads.
 *
 * <p>A stream is followed under a key, which its frames and its end contain.
 */
public interface SocketDialect {

  /** The request in a client's message. */
  sealed interface Wish {

    /**
     * To follow a stream; the edge closes the tail.
     *
     * @param opening a frame to send first; may be empty
     */
    record Follow(String key, Tail tail, String opening) implements Wish {}

    /** To stop following a stream. */
    record Leave(String key) implements Wish {}
  }

  /**
   * Reads a message; runs on a virtual thread and may block.
   *
   * @throws HttpFailure if the message cannot be fulfilled; {@link #refusal} makes a frame of it
   */
  Wish wish(Principal principal, String message) throws InterruptedException;

  /** These events, as one frame. */
  String events(String key, Entries entries);

  /** The last frame of a stream that has ended. */
  String end(String key, long events);

  /** The last frame of a stream that can be followed no longer. */
  String lost(String key, HttpFailure why);

  /** The frame that refuses a message. */
  String refusal(String message, HttpFailure why);
}
