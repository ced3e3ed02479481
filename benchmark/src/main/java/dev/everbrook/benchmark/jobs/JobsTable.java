package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Table;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The report of {@code ./bench jobs} as text. */
public final class JobsTable {

  private static final String LEGEND =
      """
      Medians of all rounds; in each, every system starts afresh, warms up, and is alone. enqueue:
      jobs a second one by one, 50 on their way at any moment, each durable before it counts, for 3 s
      at most. coalesced: the same, where callers share commits. bulk: 1,000 a call. process: from
      the first handler's start until the store holds no job that is not done, at concurrency 50.
      cpu: us a job of its process and its database while it processes. near, far: ms from the call
      that enqueues to the start of the handler when nothing else is to do, in the same process and
      in another. -: it cannot, or not differently. others: cores that something else kept busy in
      the worst round; near 0, or the row is noise. Every job is counted: one that did not run, or
      ran twice, ends the bench.
      """;

  private JobsTable() {}

  public static String of(Report<JobsRow> report) {
    Table table =
        new Table(
            1,
            "system",
            "jobs",
            "enqueue/s",
            "coalesced/s",
            "bulk/s",
            "process/s",
            "cpu",
            "near p50",
            "p99",
            "far p50",
            "p99",
            "others");
    report.rows().forEach(row -> table.add(cells(row)));
    return report.text(table, LEGEND);
  }

  private static List<String> cells(JobsRow row) {
    return List.of(
        row.system(),
        String.format(Locale.ROOT, "%,d", row.jobs()),
        number(row.enqueuePerSecond(), "%,.0f"),
        number(row.coalescedPerSecond(), "%,.0f"),
        number(row.bulkPerSecond(), "%,.0f"),
        number(row.processPerSecond(), "%,.0f"),
        number(row.cpuMicros(), "%,.0f"),
        number(row.nearP50Ms(), "%,.2f"),
        number(row.nearP99Ms(), "%,.2f"),
        number(row.farP50Ms(), "%,.2f"),
        number(row.farP99Ms(), "%,.2f"),
        number(row.othersCores(), "%.1f"));
  }

  private static String number(OptionalDouble number, String format) {
    return number.isPresent() ? String.format(Locale.ROOT, format, number.getAsDouble()) : "-";
  }
}
