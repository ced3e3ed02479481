package dev.everbrook.engine.job;

import java.util.Locale;
import java.util.Optional;

/** Where a job stands: in its queue, or how it left that. */
public enum JobState {
  /** May begin, if limits and free slots allow. */
  READY,
  /** Waits for its time. */
  DELAYED,
  /** Waits for its children, or for the job it is to follow. */
  BLOCKED,
  RUNNING,
  DONE,
  FAILED,
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  /** As it stands in the database and on the wire. */
  public String column() {
    return column;
  }

  /** Whether such jobs are history. */
  public boolean isEnded() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  /** The state that is written so; nothing if there is none. */
  public static Optional<JobState> of(String column) {
    for (JobState state : values()) {
      if (state.column.equals(column)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
