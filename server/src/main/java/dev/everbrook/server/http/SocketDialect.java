package dev.everbrook.server.http;

import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Entries;

/**
 * The messages of a WebSocket on which many streams are followed. Safe for use by many threads.
 *
 * <p>A stream is followed under a key, by which its frames and its end name it.
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

    /** To follow it no longer. */
    record Leave(String key) implements Wish {}
  }

  /**
   * Reads a message; runs on a virtual thread and may block.
   *
   * @throws HttpFailure if the message cannot be fulfilled, which {@link #refusal} puts into words
   */
  Wish wish(Principal principal, String message) throws InterruptedException;

  /** These events, as one frame. */
  String events(String key, Entries entries);

  /** The last frame of a stream that has ended. */
  String end(String key, long events);

  /** The last frame of a stream that can be followed no longer. */
  String lost(String key, HttpFailure why);

  /** The frame that refuses that message. */
  String refusal(String message, HttpFailure why);
}
