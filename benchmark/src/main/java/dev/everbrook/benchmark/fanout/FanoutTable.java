package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The report of {@code ./bench fanout} as text. */
public final class FanoutTable {

  private static final String LEGEND =
      """
      delivered/s: tokens read, by each of their readers. p50, p99: ms from the write of a token to
      the reader's read of it; in fan-out Everbrook's tokens are written by a provider whose answers
      it stores, the reference's are appended by the bench over HTTP; in appends the time counts
      from the append's moment in the timetable, however late it was sent. gaps: what stands and a
      reader never got; twice: what a reader got again or out of order. appends/s: answered 2xx;
      refused: answered otherwise, or not at all; ack: ms from the moment in the timetable to the
      answer; late: ms p99 from that moment until it was sent, with one append under way a stream.
      Where a server takes fewer appends than wanted, p50 and p99 of its fan-out are those of the
      few that it took.
      cpu, pg cpu: seconds per million deliveries, of the server and of PostgreSQL. idle heap: KB
      that are used in the JVM's heap after two full collections (jcmd GC.run, GC.heap_info), less
      the same before the idle readers came, for each of them; idle rss: KB by which the process
      grew in memory meanwhile. x p99, x cpu: Everbrook beside the reference, PostgreSQL included.
      others: cores that something else kept busy (the load and the readers, which are this process,
      not counted); near 0, or the row is noise.
      """;

  private static final String NONE = "-";
  private static final double KB = 1_024;

  private FanoutTable() {}

  public static String of(Report<FanoutRow> report) {
    Table table =
        new Table(
            2,
            "load",
            "system",
            "wanted/s",
            "delivered/s",
            "p50",
            "p99",
            "gaps",
            "twice",
            "appends/s",
            "refused",
            "ack p50",
            "p99",
            "late",
            "cpu",
            "pg cpu",
            "idle heap",
            "idle rss",
            "others",
            "x p99",
            "x cpu");
    report.rows().forEach(row -> table.add(cells(row, peer(row, report.rows()))));
    return report.text(table, LEGEND);
  }

  /** What stands beside a row of Everbrook's, which comes first. */
  private static Optional<FanoutRow> peer(FanoutRow row, List<FanoutRow> rows) {
    return rows.stream()
        .skip(rows.indexOf(row) + 1L)
        .filter(it -> it.load().equals(row.load()))
        .findFirst();
  }

  private static List<String> cells(FanoutRow row, Optional<FanoutRow> peer) {
    FanoutRow.Delivered delivered = row.delivered();
    Optional<FanoutRow.Appended> appended = row.appended();
    return List.of(
        row.load(),
        row.system(),
        count(row.wanted()),
        number("%,.0f", delivered.perSecond()),
        ms(delivered.p50Ms()),
        ms(delivered.p99Ms()),
        count(delivered.gaps()),
        count(delivered.repeated()),
        appended.map(it -> number("%,.0f", it.perSecond())).orElse(NONE),
        appended.map(it -> count(it.refused())).orElse(NONE),
        appended.map(it -> ms(it.ackP50Ms())).orElse(NONE),
        appended.map(it -> ms(it.ackP99Ms())).orElse(NONE),
        appended.map(it -> ms(it.lateP99Ms())).orElse(NONE),
        number("%,.1f", row.cost().server()),
        optional("%,.1f", row.cost().postgres(), 1),
        row.idle().map(it -> optional("%,.1f", it.heap(), KB)).orElse(NONE),
        row.idle().map(it -> number("%,.1f", it.resident() / KB)).orElse(NONE),
        number("%.1f", row.cost().othersCores()),
        peer.filter(it -> it.delivered().p99Ms() > 0)
            .map(it -> number("%.2f", delivered.p99Ms() / it.delivered().p99Ms()))
            .orElse(NONE),
        peer.map(it -> number("%.2f", row.cost().cpu() / it.cost().cpu())).orElse(NONE));
  }

  private static String optional(String format, OptionalDouble number, double unit) {
    return number.isPresent() ? number(format, number.getAsDouble() / unit) : NONE;
  }

  /** Nothing of what was written within the time arrived at all, if that is 0. */
  private static String ms(double ms) {
    return ms == 0 ? NONE : number("%,.1f", ms);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String number(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }
}
