package dev.everbrook.engine.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The times of a line of crontab(5): minute, hour, day of the month, month, day of the week. It has
 * no zone. A value; safe for use by many threads.
 *
 * <p>Fields are lists of numbers and ranges, with steps, and names for months and weekdays; Sunday
 * is 0 and 7. If day of the month and day of the week are both restricted, a day must match one of
 * them. A field that begins with {@code *} counts as unrestricted here, and then a day must match
 * both, as in Vixie's cron. The nicknames are {@code @hourly}, {@code @daily} or {@code @midnight},
 * {@code @weekly}, {@code @monthly}, and {@code @yearly} or {@code @annually}.
 */
public final class CronExpression {

  /** The longest expression, in characters. */
  public static final int LENGTH_MAX = 200;

  /**
   * The longest from one day that matches to the next: from one Sunday 29 February to the next,
   * across a year like 2100.
   */
  private static final int YEARS_MAX = 41;

  private static final LocalDate SOME_DAY = LocalDate.of(2000, 1, 1);
  private static final int FIELDS = CronField.values().length;

  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@hourly", "0 * * * *",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@weekly", "0 0 * * 0",
          "@monthly", "0 0 1 * *",
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *");

  private final String text;
  private final long minutes;
  private final long hours;
  private final long days;
  private final long months;
  private final long weekdays;
  private final boolean bothDays;

  private CronExpression(String text, String[] fields) {
    this.text = text;
    this.minutes = CronField.MINUTE.parse(fields[0]);
    this.hours = CronField.HOUR.parse(fields[1]);
    this.days = CronField.DAY.parse(fields[2]);
    this.months = CronField.MONTH.parse(fields[3]);
    this.weekdays = CronField.WEEKDAY.parse(fields[4]);
    this.bothDays = fields[2].startsWith("*") || fields[4].startsWith("*");
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException if it cannot be read, or names a day that never comes
   */
  public static CronExpression parse(String expression) {
    if (expression.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "a cron expression may have at most "
              + LENGTH_MAX
              + " characters, had "
              + expression.length());
    }
    String text = String.join(" ", expression.strip().split("\\s+", -1));
    try {
      CronExpression read = new CronExpression(text, fields(text));
      if (read.dayFrom(SOME_DAY).isEmpty()) {
        throw new IllegalArgumentException("there is no such day in any year");
      }
      return read;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the cron expression '" + text + "' cannot be used: " + e.getMessage(), e);
    }
  }

  private static String[] fields(String text) {
    String plain = text;
    if (text.startsWith("@")) {
      plain = NICKNAMES.get(text.toLowerCase(Locale.ROOT));
      if (plain == null) {
        throw new IllegalArgumentException(
            "it must be one of "
                + String.join(", ", NICKNAMES.keySet().stream().sorted().toList())
                + ", or have 5 fields");
      }
    }
    String[] fields = plain.split(" ", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException(
          "it must have 5 fields (minute, hour, day of the month, month, day of the week), had "
              + fields.length
              + (fields.length == FIELDS + 1
                  ? "; for seconds, use a rule that says how often"
                  : ""));
    }
    return fields;
  }

  /**
   * Whether the hour is unrestricted, so that the expression means a distance and not a time of
   * day.
   */
  boolean isForEveryHour() {
    return hours == CronField.HOUR.all();
  }

  /** The first time after this one, to the minute. */
  LocalDateTime after(LocalDateTime time) {
    LocalDateTime from = time.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
    LocalDate day = from.toLocalDate();
    Optional<LocalTime> today =
        matches(day) ? timeFrom(from.getHour(), from.getMinute()) : Optional.empty();
    return today
        .map(day::atTime)
        .orElseGet(() ->
            dayFrom(day.plusDays(1))
                .flatMap(next -> timeFrom(0, 0).map(next::atTime))
                .orElseThrow(() -> new IllegalStateException(this + " ends after " + time)));
  }

  private Optional<LocalTime> timeFrom(int hour, int minute) {
    int sameHour = has(hours, hour) ? bitFrom(minutes, minute) : Long.SIZE;
    if (sameHour < Long.SIZE) {
      return Optional.of(LocalTime.of(hour, sameHour));
    }
    int later = bitFrom(hours, hour + 1);
    return later < Long.SIZE
        ? Optional.of(LocalTime.of(later, bitFrom(minutes, 0)))
        : Optional.empty();
  }

  private Optional<LocalDate> dayFrom(LocalDate first) {
    LocalDate end = first.plusYears(YEARS_MAX);
    LocalDate day = first;
    while (day.isBefore(end)) {
      if (!has(months, day.getMonthValue())) {
        day = day.withDayOfMonth(1).plusMonths(1);
      } else if (matches(day)) {
        return Optional.of(day);
      } else {
        day = day.plusDays(1);
      }
    }
    return Optional.empty();
  }

  private boolean matches(LocalDate day) {
    boolean month = has(months, day.getMonthValue());
    boolean date = has(days, day.getDayOfMonth());
    boolean weekday = has(weekdays, day.getDayOfWeek().getValue());
    return month && (bothDays ? date && weekday : date || weekday);
  }

  private static boolean has(long bits, int bit) {
    return (bits >>> bit & 1) != 0;
  }

  /** The first bit at or after {@code from}; {@link Long#SIZE} if there is none. */
  private static int bitFrom(long bits, int from) {
    return Long.numberOfTrailingZeros(bits & -1L << from);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CronExpression it && it.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The expression as it was given, with single spaces. */
  @Override
  public String toString() {
    return text;
  }
}
