package dev.everbrook.engine.stream;

import java.util.Locale;

/** The state of a stream. All but {@link #OPEN} are final. */
public enum StreamState {
  /** Events may follow. */
  OPEN,
  /** The stream is complete. */
  DONE,
  /** Ended by the provider before it was complete, by a limit on length or a filter. */
  INCOMPLETE,
  /** Ended by a failure. */
  FAILED,
  /** Ended by a user with the right to do so. */
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  /** The name in the database and on the wire. */
  public String column() {
    return column;
  }

  static StreamState of(String column) {
    return valueOf(column.toUpperCase(Locale.ROOT));
  }
}
