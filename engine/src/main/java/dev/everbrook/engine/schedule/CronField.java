package dev.everbrook.engine.schedule;

import java.util.List;
import java.util.Locale;

/** One of the five fields of a cron expression, with its numbers and names. */
enum CronField {
  MINUTE("minute", 0, 59, ""),
  HOUR("hour", 0, 23, ""),
  DAY("day of the month", 1, 31, ""),
  MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
  /** From Sunday; 7 is Sunday too. */
  WEEKDAY("day of the week", 0, 7, "SUN MON TUE WED THU FRI SAT");

  private static final long SUNDAYS = 1L | 1L << 7;

  private final String title;
  private final int least;
  private final int most;
  private final String names;

  CronField(String title, int least, int most, String names) {
    this.title = title;
    this.least = least;
    this.most = most;
    this.names = names;
  }

  /** The field's numbers as the bits of a long; {@code text} is a list as in crontab(5). */
  long parse(String text) {
    long bits = 0;
    for (String item : text.split(",", -1)) {
      bits |= item(item, text);
    }
    return this == WEEKDAY && (bits & SUNDAYS) != 0 ? bits | SUNDAYS : bits;
  }

  /** All numbers of the field. */
  long all() {
    return bits(least, most, 1);
  }

  private long item(String item, String text) {
    int slash = item.indexOf('/');
    String range = slash < 0 ? item : item.substring(0, slash);
    int step = slash < 0 ? 1 : step(item.substring(slash + 1), text);
    if (range.equals("*")) {
      return bits(least, this == WEEKDAY ? 6 : most, step);
    }
    int dash = range.indexOf('-');
    if (dash < 0) {
      int only = number(range, text);
      if (slash >= 0) {
        throw wrong(text, "has a step without a range; write " + only + "-" + most + "/" + step);
      }
      return bits(only, only, 1);
    }
    int from = number(range.substring(0, dash), text);
    int to = end(range.substring(dash + 1), from, text);
    if (to < from) {
      throw wrong(text, "goes backwards; write it as two ranges with a comma between");
    }
    return bits(from, to, step);
  }

  /** A range of weekdays may end with Sunday by its name. */
  private int end(String text, int from, String field) {
    int to = number(text, field);
    return this == WEEKDAY && to == 0 && from > 0 && text.equalsIgnoreCase("SUN") ? 7 : to;
  }

  private int step(String text, String field) {
    int step = digits(text, field);
    if (step < 1 || step > most) {
      throw wrong(field, "must have a step of 1 to " + most + " after its /");
    }
    return step;
  }

  private int number(String text, String field) {
    int name = names().indexOf(text.toUpperCase(Locale.ROOT));
    int number = name >= 0 ? name + least : digits(text, field);
    if (number < least || number > most) {
      throw wrong(field, "must be " + least + " to " + most);
    }
    return number;
  }

  private int digits(String text, String field) {
    boolean plain = !text.isEmpty() && text.chars().allMatch(it -> it >= '0' && it <= '9');
    if (!plain || text.length() > 2) {
      throw wrong(field, "may have * or " + least + " to " + most + named() + ", with , - and /");
    }
    return Integer.parseInt(text);
  }

  private String named() {
    return names.isEmpty() ? "" : " or " + names().getFirst() + " to " + names().getLast();
  }

  private List<String> names() {
    return names.isEmpty() ? List.of() : List.of(names.split(" ", -1));
  }

  private IllegalArgumentException wrong(String text, String why) {
    return new IllegalArgumentException("its " + title + " " + why + "; was '" + text + "'");
  }

  private static long bits(int from, int to, int step) {
    long bits = 0;
    for (int i = from; i <= to; i += step) {
      bits |= 1L << i;
    }
    return bits;
  }
}
