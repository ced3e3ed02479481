package dev.everbrook.server.http;

import dev.everbrook.engine.stream.Entries;

/**
 * How the events of a log look on the wire: a pure function of them.
 *
 * <p>One that needs what came before (the text so far, say) is made for each reader and is given
 * the log from its beginning; it shows what the reader asked for. It is called for one batch after
 * the other, never by two threads at once. One that needs nothing may serve all readers.
 */
public interface Dialect {

  /**
   * The frames of these events; may be empty.
   *
   * @param upToDate whether there was nothing after them at the moment
   */
  byte[] frames(Entries entries, boolean upToDate);

  /** What follows the last event of a stream that has ended; may be empty. */
  default byte[] farewell() {
    return new byte[0];
  }

  /** Whether this reader has had all it is to have, though the log goes on. */
  default boolean isOver() {
    return false;
  }

  /**
   * Whether a reader who is let go in the middle may take the end of the response for the end of
   * the answer. Then the connection is broken off instead.
   */
  default boolean mustBreakOff() {
    return false;
  }
}
