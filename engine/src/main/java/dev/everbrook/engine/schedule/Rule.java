package dev.everbrook.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * The rule by which a schedule ticks. The ticks depend on the rule alone, so every node finds the
 * same.
 */
public sealed interface Rule {

  /** The first tick after this moment. */
  Instant next(Instant after);

  /** The shortest distance between two ticks. */
  Duration closest();

  /**
   * Ticks at the times of a cron expression in a zone. When the zone's clocks are set forward or
   * back, an expression that names hours runs once for each named time; a time that falls into a
   * gap runs at the gap's end. An expression for every hour follows elapsed time.
   */
  record Cron(CronExpression expression, ZoneId zone) implements Rule {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /**
     * @throws IllegalArgumentException as {@link CronExpression#parse}
     */
    public Cron(String expression, ZoneId zone) {
      this(CronExpression.parse(expression), zone);
    }

    @Override
    public Instant next(Instant after) {
      return ZoneTime.next(expression, zone.getRules(), after);
    }

    @Override
    public Duration closest() {
      return MINUTE;
    }
  }

  /**
   * Ticks at a fixed distance, counted from the beginning of 1970 in UTC.
   *
   * @param distance in whole milliseconds, {@link #DISTANCE_MIN} to {@link #DISTANCE_MAX}
   * @param offset the delay after the multiples of the distance; less than one distance
   */
  record Every(Duration distance, Duration offset) implements Rule {

    /**
     * The shortest distance, since each tick is a transaction; use a loop for more frequent work.
     */
    public static final Duration DISTANCE_MIN = Duration.ofMillis(50);

    public static final Duration DISTANCE_MAX = Duration.ofDays(366);

    public Every {
      if (distance.compareTo(DISTANCE_MIN) < 0
          || distance.compareTo(DISTANCE_MAX) > 0
          || isFine(distance)) {
        throw new IllegalArgumentException(
            "a rule's distance must be "
                + DISTANCE_MIN
                + " to "
                + DISTANCE_MAX
                + " in whole milliseconds, was "
                + distance);
      }
      if (offset.isNegative() || offset.compareTo(distance) >= 0 || isFine(offset)) {
        throw new IllegalArgumentException(
            "a rule's offset must be 0 to less than its distance of "
                + distance
                + ", in whole milliseconds, was "
                + offset);
      }
    }

    /** Ticks at the multiples of the distance. */
    public Every(Duration distance) {
      this(distance, Duration.ZERO);
    }

    private static boolean isFine(Duration time) {
      return !time.equals(time.truncatedTo(ChronoUnit.MILLIS));
    }

    @Override
    public Instant next(Instant after) {
      long passed = after.minus(offset).toEpochMilli(); // rounded down, before 1970 too
      long distanceMs = distance.toMillis();
      return Instant.ofEpochMilli((Math.floorDiv(passed, distanceMs) + 1) * distanceMs)
          .plus(offset);
    }

    @Override
    public Duration closest() {
      return distance;
    }
  }
}
