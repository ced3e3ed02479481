package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * The moments of a cron expression in a zone whose clocks are set forward and back.
 *
 * <p>An expression that names hours refers to the clock on the wall. Each named time runs once. All
 * times that fall into a gap run as one tick at the gap's end. A time that the clock shows twice
 * runs the first time.
 *
 * <p>An expression for every hour means a distance and follows elapsed time. It runs in both
 * occurrences of a repeated hour, and times in a gap are not made up for.
 */
final class ZoneTime {

  private ZoneTime() {}

  /** The first tick after this moment. */
  static Instant next(CronExpression cron, ZoneRules rules, Instant after) {
    return cron.isForEveryHour()
        ? asTimePasses(cron, rules, after)
        : asTheClockShows(cron, rules, after);
  }

  /**
   * Searches from one change of the offset to the next; between changes, a moment and its local
   * time correspond one to one.
   */
  private static Instant asTimePasses(CronExpression cron, ZoneRules rules, Instant after) {
    Instant since = after;
    ZoneOffset offset = rules.getOffset(after);
    LocalDateTime local = LocalDateTime.ofInstant(after, offset);
    while (true) {
      Instant found = cron.after(local).toInstant(offset);
      ZoneOffsetTransition change = rules.nextTransition(since);
      if (change == null || found.isBefore(change.getInstant())) {
        return found;
      }
      since = change.getInstant();
      offset = change.getOffsetAfter();
      local = change.getDateTimeAfter().minusNanos(1);
    }
  }

  /**
   * Returns the first local time whose moment is late enough, since later local times never have
   * earlier moments.
   */
  private static Instant asTheClockShows(CronExpression cron, ZoneRules rules, Instant after) {
    LocalDateTime local = LocalDateTime.ofInstant(after, rules.getOffset(after));
    while (true) {
      local = cron.after(local);
      Instant found = first(rules, local);
      if (found.isAfter(after)) {
        return found;
      }
    }
  }

  private static Instant first(ZoneRules rules, LocalDateTime local) {
    List<ZoneOffset> offsets = rules.getValidOffsets(local);
    return offsets.isEmpty()
        ? rules.getTransition(local).getInstant()
        : local.toInstant(offsets.getFirst());
  }
}
