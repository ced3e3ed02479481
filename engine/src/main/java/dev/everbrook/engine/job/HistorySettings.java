package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * The bounds of the history of ended jobs. Old jobs are dropped in parts of a fourteenth of {@code
 * kept}, at most a day, so the bounds hold to within one part.
 *
 * @param kept the age from which jobs are dropped; 15 min to 10 years
 * @param most the number of jobs above which the oldest are dropped; at least 1,000
 */
public record HistorySettings(Duration kept, long most) {

  private static final Duration KEPT_MIN = Duration.ofMinutes(15);
  private static final Duration KEPT_MAX = Duration.ofDays(3_650);
  private static final long MOST_MIN = 1_000;

  /** A week, and at most ten million jobs. */
  public static final HistorySettings DEFAULT = new HistorySettings(Duration.ofDays(7), 10_000_000);

  public HistorySettings {
    if (kept.compareTo(KEPT_MIN) < 0 || kept.compareTo(KEPT_MAX) > 0) {
      throw new IllegalArgumentException(
          "ended jobs must be kept for 15 min to 10 years, were for " + kept);
    }
    if (most < MOST_MIN) {
      throw new IllegalArgumentException(
          "at least " + MOST_MIN + " ended jobs must be kept, were " + most);
    }
  }
}
