package dev.everbrook.engine.job;

import java.util.Locale;

/** How a job left the queue. */
public enum Ended {
  DONE,
  FAILED,
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  public String column() {
    return column;
  }

  public static Ended of(String column) {
    return valueOf(column.toUpperCase(Locale.ROOT));
  }
}
