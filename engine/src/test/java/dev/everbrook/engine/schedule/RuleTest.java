package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTest {

  /**
   * Berlin and New York go by an hour, Lord Howe by half of one, Cairo at midnight, Apia by a day.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          30 2 * * *     | Europe/Berlin       | 2026-03-28T02:30+01:00 2026-03-29T03:00+02:00 2026-03-30T02:30+02:00
          0,30 2,3 * * * | Europe/Berlin       | 2026-03-28T03:30+01:00 2026-03-29T03:00+02:00 2026-03-29T03:30+02:00 2026-03-30T02:00+02:00
          */15 2 * * *   | Europe/Berlin       | 2026-03-28T02:45+01:00 2026-03-29T03:00+02:00 2026-03-30T02:00+02:00
          30 2 * * *     | Europe/Berlin       | 2026-10-24T02:30+02:00 2026-10-25T02:30+02:00 2026-10-26T02:30+01:00
          0 */2 * * *    | Europe/Berlin       | 2026-10-25T00:00+02:00 2026-10-25T02:00+02:00 2026-10-25T04:00+01:00
          0 3 * * *      | Europe/Berlin       | 2026-10-24T03:00+02:00 2026-10-25T03:00+01:00 2026-10-26T03:00+01:00
          30 * * * *     | Europe/Berlin       | 2026-03-29T01:30+01:00 2026-03-29T03:30+02:00 2026-03-29T04:30+02:00
          30 * * * *     | Europe/Berlin       | 2026-10-25T01:30+02:00 2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00
          @hourly        | Europe/Berlin       | 2026-10-25T02:00+02:00 2026-10-25T02:00+01:00 2026-10-25T03:00+01:00
          30 2 * * *     | America/New_York    | 2026-03-07T02:30-05:00 2026-03-08T03:00-04:00 2026-03-09T02:30-04:00
          30 1 * * *     | America/New_York    | 2026-10-31T01:30-04:00 2026-11-01T01:30-04:00 2026-11-02T01:30-05:00
          */30 * * * *   | America/New_York    | 2026-11-01T01:30-04:00 2026-11-01T01:00-05:00 2026-11-01T01:30-05:00 2026-11-01T02:00-05:00
          15 2 * * *     | Australia/Lord_Howe | 2026-10-03T02:15+10:30 2026-10-04T02:30+11:00 2026-10-05T02:15+11:00
          45 2 * * *     | Australia/Lord_Howe | 2026-10-03T02:45+10:30 2026-10-04T02:45+11:00 2026-10-05T02:45+11:00
          45 1 * * *     | Australia/Lord_Howe | 2026-04-04T01:45+11:00 2026-04-05T01:45+11:00 2026-04-06T01:45+10:30
          */20 * * * *   | Australia/Lord_Howe | 2026-04-05T01:40+11:00 2026-04-05T01:40+10:30 2026-04-05T02:00+10:30
          */20 * * * *   | Australia/Lord_Howe | 2026-10-04T01:40+10:30 2026-10-04T02:40+11:00 2026-10-04T03:00+11:00
          0 0 * * *      | Africa/Cairo        | 2026-04-23T00:00+02:00 2026-04-24T01:00+03:00 2026-04-25T00:00+03:00
          0 0 * * *      | Africa/Cairo        | 2026-10-29T00:00+03:00 2026-10-30T00:00+02:00 2026-10-31T00:00+02:00
          0 12 * * *     | Pacific/Apia        | 2011-12-29T12:00-10:00 2011-12-31T00:00+14:00 2011-12-31T12:00+14:00
          0 0 * * *      | UTC                 | 2026-03-29T00:00Z 2026-03-30T00:00Z
          0 0 * * *      | +05:45              | 2026-03-29T00:00+05:45 2026-03-30T00:00+05:45
          """)
  void whereClocksAreSetForwardOrBackEachTickRunsOnce(String cron, String zone, String times) {
    Rule rule = new Rule.Cron(cron, ZoneId.of(zone));
    List<Instant> expected =
        List.of(times.split(" ")).stream().map(it -> OffsetDateTime.parse(it).toInstant()).toList();
    assertThat(next(rule, expected.getFirst(), expected.size() - 1))
        .isEqualTo(expected.subList(1, expected.size()));
  }

  /** Against all minutes of some days around a change, looked at one by one. */
  @Test
  void itIsTheSameAsLookingAtEveryMinute(TestReporter reporter) {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    String[] zones = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"};
    for (int round = 0; round < 300; round++) {
      ZoneRules rules = ZoneId.of(zones[random.nextInt(zones.length)]).getRules();
      Instant begin =
          rules
              .nextTransition(
                  Instant.parse("2024-01-01T00:00:00Z").plus(random.nextInt(900), ChronoUnit.DAYS))
              .getInstant()
              .minus(random.nextInt(2_000), ChronoUnit.MINUTES);
      Instant end = begin.plus(3, ChronoUnit.DAYS);
      CronExpression cron = CronExpression.parse(someCron(random));
      List<Instant> found = new ArrayList<>();
      for (Instant tick = ZoneTime.next(cron, rules, begin);
          !tick.isAfter(end);
          tick = ZoneTime.next(cron, rules, tick)) {
        found.add(tick);
      }
      assertThat(found)
          .as("%s in %s from %s, seed %s", cron, rules, begin, seed)
          .isEqualTo(
              cron.isForEveryHour()
                  ? minutes(cron, rules, begin, end)
                  : wallMinutes(cron, rules, begin, end));
    }
  }

  private static String someCron(Random random) {
    String[] minutes = {"0", "30", "*/20", "15,45", "*", "59", "0-10"};
    String[] hours = {"*", "*", "*/3", "0", "1,2", "2", "0-3", "23"};
    return minutes[random.nextInt(minutes.length)]
        + " "
        + hours[random.nextInt(hours.length)]
        + " * * *";
  }

  private static List<Instant> minutes(
      CronExpression cron, ZoneRules rules, Instant begin, Instant end) {
    List<Instant> found = new ArrayList<>();
    for (Instant at = begin.plus(1, ChronoUnit.MINUTES);
        !at.isAfter(end);
        at = at.plus(1, ChronoUnit.MINUTES)) {
      if (matches(cron, LocalDateTime.ofInstant(at, rules.getOffset(at)))) {
        found.add(at);
      }
    }
    return found;
  }

  private static List<Instant> wallMinutes(
      CronExpression cron, ZoneRules rules, Instant begin, Instant end) {
    TreeSet<Instant> found = new TreeSet<>();
    LocalDateTime stop = LocalDateTime.ofInstant(end, ZoneOffset.UTC).plusDays(2);
    for (LocalDateTime at = LocalDateTime.ofInstant(begin, ZoneOffset.UTC).minusDays(2);
        at.isBefore(stop);
        at = at.plusMinutes(1)) {
      if (matches(cron, at)) {
        List<ZoneOffset> offsets = rules.getValidOffsets(at);
        Instant tick =
            offsets.isEmpty()
                ? rules.getTransition(at).getInstant()
                : at.toInstant(offsets.getFirst());
        if (tick.isAfter(begin) && !tick.isAfter(end)) {
          found.add(tick);
        }
      }
    }
    return List.copyOf(found);
  }

  private static boolean matches(CronExpression cron, LocalDateTime at) {
    return cron.after(at.minusMinutes(1)).equals(at);
  }

  @Test
  void aDistanceCountsFromTheBeginningOf1970() {
    Rule rule = new Rule.Every(Duration.ofMinutes(10), Duration.ofSeconds(90));
    assertThat(next(rule, Instant.parse("2026-01-01T00:00:00Z"), 2))
        .containsExactly(
            Instant.parse("2026-01-01T00:01:30Z"), Instant.parse("2026-01-01T00:11:30Z"));
    assertThat(rule.next(Instant.parse("2026-01-01T00:01:30.000000001Z")))
        .isEqualTo(Instant.parse("2026-01-01T00:11:30Z"));
    assertThat(rule.next(Instant.parse("1969-12-31T23:59:59Z")))
        .isEqualTo(Instant.parse("1970-01-01T00:01:30Z"));
    assertThat(
            new Rule.Every(Duration.ofMillis(50)).next(Instant.parse("2026-01-01T00:00:00.049Z")))
        .isEqualTo(Instant.parse("2026-01-01T00:00:00.050Z"));
  }

  @Test
  void distancesHaveBounds() {
    assertThatThrownBy(() -> new Rule.Every(Duration.ofMillis(49)))
        .hasMessage(
            "a rule's distance must be PT0.05S to PT8784H in whole milliseconds, was PT0.049S");
    assertThatThrownBy(() -> new Rule.Every(Duration.ofDays(367))).hasMessageContaining("PT8808H");
    assertThatThrownBy(() -> new Rule.Every(Duration.ofNanos(60_000_001)))
        .hasMessageContaining("whole milliseconds");
    assertThatThrownBy(() -> new Rule.Every(Duration.ofSeconds(1), Duration.ofSeconds(1)))
        .hasMessage(
            "a rule's offset must be 0 to less than its distance of PT1S, in whole milliseconds,"
                + " was PT1S");
    assertThatThrownBy(() -> new Rule.Every(Duration.ofSeconds(1), Duration.ofMillis(-1)))
        .hasMessageContaining("was PT-0.001S");
  }

  private static List<Instant> next(Rule rule, Instant after, int most) {
    List<Instant> found = new ArrayList<>();
    Instant tick = after;
    while (found.size() < most) {
      tick = rule.next(tick);
      found.add(tick);
    }
    return found;
  }
}
