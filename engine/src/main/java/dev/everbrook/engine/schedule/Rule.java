package dev.everbrook.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** When a schedule ticks. Its ticks follow from it alone, so every node finds the same. */
public sealed interface Rule {

  /** The first tick after this moment. */
  Instant next(Instant after);

  /** What lies between two ticks at least. */
  Duration closest();

  /**
   * At the times of a cron expression on the clocks of a zone. Where those are set forward or back:
   * an expression that names hours runs each time it names once, at the end of the gap if it falls
   * into one; an expression for every hour goes by the time that passes.
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
   * At a fixed distance, counted from the beginning of 1970 in UTC.
   *
   * @param distance in whole milliseconds, {@link #DISTANCE_MIN} to {@link #DISTANCE_MAX}
   * @param offset how much later than the multiples of the distance; less than one distance
   */
  record Every(Duration distance, Duration offset) implements Rule {

    /** Each tick is a transaction; what is to happen more often is a loop. */
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

    /** At the multiples of the distance. */
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
