package dev.everbrook.server.http;

import dev.everbrook.engine.stream.Entries;

/**
 * The form of a log's events on the wire: a pure function of the events.
 *
 * <p>A dialect that needs earlier events (for example the text so far) is created for each reader
 * and gets the log from its beginning; it sends only the requested events. It is called for one
 * batch after the other, never by two threads at once. A stateless dialect may serve all readers.
 */
public interface Dialect {

  /**
   * The frames of these events; may be empty.
   *
   * @param upToDate whether the log has no later event at the moment
   */
  byte[] frames(Entries entries, boolean upToDate);

  /** The frames after the last event of an ended stream; may be empty. */
  default byte[] farewell() {
    return new byte[0];
  }

  /** Whether this reader has received its last event, even if the log continues. */
  default boolean isOver() {
    return false;
  }

  /**
   * Whether a reader might take the end of the response for the end of the answer. Then a reader
   * that is disconnected in the middle gets a reset of its connection instead.
   */
  default boolean mustBreakOff() {
    return false;
  }
}
