package dev.everbrook.server.http;

import dev.everbrook.engine.stream.Entries;

/**
 * The form of a log's events on the wire: a pure function of the events.
 *
 * <p>One that needs what came before (the text so far, say) is made for each reader and is given
 * the log from its beginning; it shows what the reader asked for. It is called for one batch after
 * the other, never by two threads at once. One that needs nothing may serve all readers.
 */
public interface Dialect {

  /**
   * The frames of these events; may be empty.
   *
   * @param upToDate whether the log has no later event at the moment
   */
  byte[] frames(Entries entries, boolean upToDate);

  /** What follows the last event of a stream that has ended; may be empty. */
  default byte[] farewell() {
    return new byte[0];
  }

  /** Whether this reader has had its last event, even if the log goes on. */
  default boolean isOver() {
    return false;
  }

  /**
   * Whether a reader that is disconnected in the middle may take the end of the response for the
   * end of the answer. Then the connection is broken off instead.
   */
  default boolean mustBreakOff() {
    return false;
  }
}
