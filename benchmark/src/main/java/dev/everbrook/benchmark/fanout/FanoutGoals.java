package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What Everbrook's readers and appends are meant to get. */
final class FanoutGoals {

  private static final String EVERBROOK = "everbrook";

  /** Of the deliveries wanted: the last ones are still on their way when the time is up. */
  private static final double ALL = 0.99;

  private static final double IDLE_BYTES_MAX = 10 * 1_024;

  private FanoutGoals() {}

  static List<Goal> of(List<FanoutRow> rows) {
    List<Goal> goals = new ArrayList<>();
    for (FanoutRow row : rows) {
      if (!row.system().equals(EVERBROOK)) {
        continue;
      }
      FanoutRow.Delivered delivered = row.delivered();
      goals.add(
          new Goal(
              String.format(Locale.ROOT, "%s: %,d deliveries/s", row.load(), row.wanted()),
              delivered.perSecond() >= row.wanted() * ALL,
              String.format(Locale.ROOT, "%,.0f", delivered.perSecond())));
      goals.add(
          new Goal(
              row.load() + ": no gap, nothing twice",
              delivered.isExact(),
              delivered.gaps() + " and " + delivered.repeated()));
      row.idle().ifPresent(idle -> goals.add(light(idle)));
      row.appended().ifPresent(appended -> goals.add(acknowledged(row, appended)));
    }
    return goals;
  }

  private static Goal light(FanoutRow.Idle idle) {
    double heap = idle.heap().orElseThrow();
    return new Goal(
        "an idle reader: at most 10 KB of heap",
        heap <= IDLE_BYTES_MAX,
        String.format(Locale.ROOT, "%.1f KB", heap / 1_024));
  }

  /** Each append has one reader, so as many of them are wanted. */
  private static Goal acknowledged(FanoutRow row, FanoutRow.Appended appended) {
    return new Goal(
        String.format(
            Locale.ROOT, "%s: %,d/s acknowledged, none refused", row.load(), row.wanted()),
        appended.refused() == 0 && appended.perSecond() >= row.wanted() * ALL,
        String.format(
            Locale.ROOT, "%,.0f/s, %,d refused", appended.perSecond(), appended.refused()));
  }
}
