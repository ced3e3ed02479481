package dev.everbrook.server.http;

import dev.everbrook.engine.stream.Entries;

/** How the events of a log look on the wire: a pure function of them. Safe for many threads. */
public interface Dialect {

  /** The frames of these events; may be empty. */
  byte[] frames(Entries entries);

  /** What follows the last event of a stream that has ended; may be empty. */
  byte[] farewell();
}
