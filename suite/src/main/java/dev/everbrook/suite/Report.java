package dev.everbrook.suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What is printed at the end: failures, the slowest classes, the totals. Immutable.
 *
 * @param suites ended ones
 * @param took how long all of them took together
 */
record Report(List<Suite> suites, Duration took) {

  private static final int SLOWEST = 10;

  boolean isGood() {
    return !suites.isEmpty() && suites.stream().allMatch(Suite::isGood);
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Suite suite : suites) {
      for (Result result : suite.results()) {
        result.failures().forEach(it -> lines.add("\nFAILED " + suite.module() + " " + it));
      }
      if (!suite.isGood() && suite.results().stream().allMatch(it -> it.failures().isEmpty())) {
        lines.add("\nBROKE OFF: the tests of " + suite.module() + "; the last lines of their log:");
        lines.addAll(suite.lastLines());
      }
    }
    lines.add("\nThe slowest classes:");
    suites.stream()
        .flatMap(suite -> suite.results().stream().map(result -> Map.entry(suite, result)))
        .sorted(Comparator.comparingDouble(it -> -it.getValue().seconds()))
        .limit(SLOWEST)
        .forEach(it -> lines.add("  " + it.getValue().line(it.getKey().module())));
    lines.add("\nThe modules, beside each other:");
    suites.forEach(suite ->
        lines.add(String.format(Locale.ROOT, "  %-10s %4d s", suite.module(), suite.seconds())));
    if (suites.isEmpty()) {
      lines.add("\nNo test has such a name.");
    }
    lines.add(
        String.format(
            Locale.ROOT, "\nTests took %d min %02d s.", took.toMinutes(), took.toSecondsPart()));
    lines.add(
        sum(Result::passed)
            + " passed, "
            + sum(Result::failed)
            + " failed, "
            + sum(Result::skipped)
            + " skipped");
    return lines;
  }

  private int sum(ToIntFunction<Result> count) {
    return suites.stream().flatMap(it -> it.results().stream()).mapToInt(count).sum();
  }
}
