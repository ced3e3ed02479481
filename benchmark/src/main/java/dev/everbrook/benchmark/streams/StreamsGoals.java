package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What streams are meant to reach on two cores. A goal whose load was not run is left out. */
final class StreamsGoals {

  private static final String EVERBROOK = "everbrook";

  /** Of the tokens offered: the last ones are still on their way when the time is up. */
  private static final double ALL = 0.99;

  private static final double THOUSAND_PER_SECOND = 50_000;
  private static final double THOUSAND_P99_MS = 15;
  private static final double FOUR_THOUSAND_PER_SECOND = 100_000;
  private static final double CPU_PART = 0.1;

  private StreamsGoals() {}

  static List<Goal> of(List<StreamsRow> rows) {
    List<Goal> goals = new ArrayList<>();
    at(rows, 1_000)
        .ifPresent(row -> {
          goals.add(
              new Goal(
                  "1,000 streams: 50,000 durable tokens/s",
                  row.durablePerSecond() >= THOUSAND_PER_SECOND * ALL,
                  text("%,.0f", row.durablePerSecond())));
          goals.add(
              new Goal(
                  "1,000 streams: p99 arrival to durable at most 15 ms",
                  row.durableP99Ms() <= THOUSAND_P99_MS,
                  text("%.1f ms", row.durableP99Ms())));
        });
    at(rows, 4_000)
        .ifPresent(row ->
            goals.add(
                new Goal(
                    "4,000 streams: at least 100,000 durable tokens/s",
                    row.durablePerSecond() >= FOUR_THOUSAND_PER_SECOND,
                    text("%,.0f", row.durablePerSecond()))));
    worstCpuPart(rows)
        .ifPresent(part ->
            goals.add(
                new Goal(
                    "PostgreSQL's CPU per token at most 1/10 of the naive way's, at every load",
                    part <= CPU_PART,
                    text("1/%.0f at worst", 1 / part))));
    return goals;
  }

  private static Optional<StreamsRow> at(List<StreamsRow> rows, int streams) {
    return rows.stream()
        .filter(row -> row.streams() == streams && row.system().equals(EVERBROOK))
        .findFirst();
  }

  private static OptionalDouble worstCpuPart(List<StreamsRow> rows) {
    return rows.stream()
        .flatMap(row -> row.ratios().stream())
        .flatMapToDouble(ratios -> ratios.postgresCpu().stream())
        .max();
  }

  private static String text(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }
}
