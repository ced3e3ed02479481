package dev.everbrook.engine.job;

import java.util.Locale;

/**
 * The way a job left the queue. A further constant also needs: {@link JobState}, the CHECKs on
 * {@code outcome} of {@code job_child} and {@code job_done} in the migrations, and {@link
 * QueueView.Counts}.
 */
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
