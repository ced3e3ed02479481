package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Table;
import java.util.List;
import java.util.Locale;

/** The report of {@code ./bench relay} as text. */
public final class RelayTable {

  private static final String LEGEND =
      """
      first: ms from the request to the first token. chunk: ms from the provider's write of a
      token to the client's read of it. Both with a provider that sends a token every 20 ms.
      chunks/s: what passes when it sends as fast as it can. cpu: us of the gateway per paced
      chunk, PostgreSQL included. others: cores that something else kept busy (the client and the
      provider, which are this process, not counted); near 0, or the row is noise.
      """;

  private RelayTable() {}

  public static String of(Report<RelayRow> report) {
    Table table =
        new Table(
            2,
            "answers",
            "way",
            "first p50",
            "p99",
            "chunk p50",
            "p95",
            "p99",
            "chunks/s",
            "cpu",
            "others");
    report.rows().forEach(row -> table.add(cells(row)));
    return report.text(table, LEGEND);
  }

  private static List<String> cells(RelayRow row) {
    return List.of(
        Integer.toString(row.answers()),
        row.way(),
        number(row.firstP50Ms(), "%,.1f"),
        number(row.firstP99Ms(), "%,.1f"),
        number(row.chunkP50Ms(), "%,.2f"),
        number(row.chunkP95Ms(), "%,.2f"),
        number(row.chunkP99Ms(), "%,.2f"),
        number(row.chunksPerSecond(), "%,.0f"),
        number(row.cpuMicros(), "%,.0f"),
        number(row.othersCores(), "%.1f"));
  }

  private static String number(double number, String format) {
    return String.format(Locale.ROOT, format, number);
  }
}
