package dev.everbrook.engine.stream;

import java.util.Locale;

/** Where a stream stands. All but {@link #OPEN} are final. */
public enum StreamState {
  /** Events may follow. */
  OPEN,
  /** Whole. */
  DONE,
  /** Ended by the provider before it was whole: a limit on length, or a filter. */
  INCOMPLETE,
  /** Ended by a failure. */
  FAILED,
  /** Ended by somebody who was allowed to. */
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
