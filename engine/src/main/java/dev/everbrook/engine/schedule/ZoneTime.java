package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * When the times of a cron expression come in a zone, whose clocks are set forward and back.
 *
 * <p>An expression that names hours means what the clock on the wall shows. Each time it names runs
 * once: what falls into a gap runs at the gap's end, all of it as one tick; what the clock shows
 * twice runs the first time.
 *
 * <p>An expression for every hour means a distance. It goes by the time that passes: in an hour
 * that comes twice it runs twice, and what a gap leaves out is not made up for.
 */
final class ZoneTime {

  private ZoneTime() {}

  /** The first tick after this moment. */
  static Instant next(CronExpression cron, ZoneRules rules, Instant after) {
    return cron.isForEveryHour()
        ? asTimePasses(cron, rules, after)
        : asTheClockShows(cron, rules, after);
  }

  /** From one change of the offset to the next; within, a moment and its local time are one. */
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

  /** Later local times never come earlier, so the first that comes late enough is the one. */
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
