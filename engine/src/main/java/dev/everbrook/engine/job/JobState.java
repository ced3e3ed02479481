package dev.everbrook.engine.job;

import java.util.Locale;
import java.util.Optional;

/** The state of a job: in its queue, or the way it left the queue. */
public enum JobState {
  /** May begin, if limits and free slots allow it. */
  READY,
  /** Waits for its time. */
  DELAYED,
  /** Waits for its children, or for the job that it follows. */
  BLOCKED,
  RUNNING,
  DONE,
  FAILED,
  CANCELLED;

  private final String column = name().toLowerCase(Locale.ROOT);

  /** The state's name in the database and on the wire. */
  public String column() {
    return column;
  }

  /** Whether jobs in this state are in the history. */
  public boolean isEnded() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  /** The state with this {@link #column}; empty if there is none. */
  public static Optional<JobState> of(String column) {
    for (JobState state : values()) {
      if (state.column.equals(column)) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }
}
