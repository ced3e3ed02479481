package dev.everbrook.engine.job;

import java.util.Locale;

/** How a job left the queue. */
public enum Ended {
  DONE,
  FAILED,
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  String column() {
    return column;
  }

  static Ended of(String column) {
    return valueOf(column.toUpperCase(Locale.ROOT));
  }
}
