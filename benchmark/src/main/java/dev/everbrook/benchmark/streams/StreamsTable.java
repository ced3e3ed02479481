package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The report of {@code ./bench streams} as text. */
public final class StreamsTable {

  private static final String LEGEND =
      """
      Latencies in ms from the token's moment in the timetable until its commit returned (durable)
      and until a reader has it. wal: bytes of log per token. pg cpu, own cpu: seconds per million
      tokens, of PostgreSQL and of this process (load and measurement included). late: how late the
      load itself was. others: cores that something else kept busy; near 0, or the row is noise.
      x: Everbrook beside the naive way at the same load. The naive way's latencies
      leave out its backlog: what had not been written when the time was up.
      """;

  private StreamsTable() {}

  public static String of(Report<StreamsRow> report) {
    Table table =
        new Table(
            2,
            "streams",
            "system",
            "offered/s",
            "durable/s",
            "p50",
            "p99",
            "max",
            "reader p50",
            "p99",
            "wal",
            "pg cpu",
            "own cpu",
            "backlog",
            "lost",
            "late p99",
            "others",
            "x durable/s",
            "x wal",
            "x pg cpu");
    report.rows().forEach(row -> table.add(cells(row)));
    return report.text(table, LEGEND);
  }

  private static List<String> cells(StreamsRow row) {
    return List.of(
        whole(row.streams()),
        row.system(),
        whole(row.offeredPerSecond()),
        whole(row.durablePerSecond()),
        tenths(row.durableP50Ms()),
        tenths(row.durableP99Ms()),
        tenths(row.durableMaxMs()),
        tenths(row.readerP50Ms()),
        tenths(row.readerP99Ms()),
        whole(row.walBytes()),
        known(row.postgresCpu(), "%.1f"),
        tenths(row.ownCpu()),
        whole((double) row.backlog()),
        whole((double) row.lost()),
        tenths(row.lateP99Ms()),
        known(row.othersCores(), "%.1f"),
        ratio(row, StreamsRow.Ratios::tokens, "%.1f"),
        ratio(row, StreamsRow.Ratios::wal, "%.3f"),
        row.ratios().map(it -> known(it.postgresCpu(), "%.3f")).orElse(""));
  }

  private static String ratio(
      StreamsRow row, ToDoubleFunction<StreamsRow.Ratios> which, String format) {
    Optional<StreamsRow.Ratios> ratios = row.ratios();
    return ratios.map(it -> number(which.applyAsDouble(it), format)).orElse("");
  }

  private static String known(OptionalDouble number, String format) {
    return number.isPresent() ? number(number.getAsDouble(), format) : "n/a";
  }

  private static String whole(double number) {
    return number(number, "%,.0f");
  }

  private static String tenths(double number) {
    return number(number, "%,.1f");
  }

  private static String number(double number, String format) {
    return String.format(Locale.ROOT, format, number);
  }
}
