package dev.everbrook.engine.job;

import java.util.Locale;

/** How a job left the queue. */
enum Ended {
  DONE,
  FAILED,
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  String column() {
    return column;
  }
}
