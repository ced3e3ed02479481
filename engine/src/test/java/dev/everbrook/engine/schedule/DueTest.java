package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

class DueTest {

  private static final Rule HOURLY = new Rule.Cron("@hourly", ZoneOffset.UTC);
  private static final int ALL = Integer.MAX_VALUE;

  @Test
  void theNewestTickRunsHoweverLateItIs() {
    Due due = Due.of(HOURLY, at("03:00"), at("03:59"), 0, ALL);
    assertThat(due).isEqualTo(new Due(List.of(), Optional.of(at("03:00")), at("04:00"), false));
  }

  @Test
  void afterAnOutageOnlyTheNewestRunsWhereNothingIsMadeUpFor() {
    Due due = Due.of(HOURLY, at("03:00"), at("07:10"), 0, ALL);
    assertThat(due).isEqualTo(new Due(List.of(), Optional.of(at("07:00")), at("08:00"), true));
  }

  @Test
  void soManyTicksAreMadeUpForAndTheOlderAreLeftOut() {
    Due due = Due.of(HOURLY, at("03:00"), at("07:10"), 2, ALL);
    assertThat(due.missed()).containsExactly(at("05:00"), at("06:00"));
    assertThat(due.newest()).contains(at("07:00"));
    assertThat(due.leftOut()).isTrue();
    assertThat(Due.of(HOURLY, at("05:00"), at("07:10"), 2, ALL).leftOut()).isFalse();
  }

  @Test
  void whatIsTooMuchForOneRoundIsLeftForTheNext() {
    Due first = Due.of(HOURLY, at("03:00"), at("07:10"), 10, 3);
    assertThat(first.missed()).containsExactly(at("03:00"), at("04:00"), at("05:00"));
    assertThat(first.newest()).isEmpty();
    assertThat(first.last()).contains(at("05:00"));
    assertThat(first.isForMoreRounds()).isTrue();
    Due second = Due.of(HOURLY, first.next(), at("07:10"), 10, 3);
    assertThat(second.missed()).containsExactly(at("06:00"));
    assertThat(second.newest()).contains(at("07:00"));
    assertThat(second.isForMoreRounds()).isFalse();
  }

  /** As when a zone's rules were changed after the time was reckoned. */
  @Test
  void aTimeThatIsNoTickOfTheRuleDoesNotRun() {
    assertThat(Due.of(HOURLY, at("03:20"), at("03:40"), 5, ALL))
        .isEqualTo(new Due(List.of(), Optional.empty(), at("04:00"), false));
  }

  @Test
  void aTickThatComesInThisVeryMomentIsDue() {
    assertThat(Due.of(HOURLY, at("03:00"), at("03:00"), 0, ALL).newest()).contains(at("03:00"));
  }

  @Test
  void anOutageOfAThousandYearsIsOverAtOnce() {
    Rule everyMinute = new Rule.Cron("* * * * *", ZoneId.of("Europe/Berlin"));
    Due due = Due.of(everyMinute, Instant.parse("1026-01-01T00:00:00Z"), at("07:10"), 1_000, ALL);
    assertThat(due.missed()).hasSize(1_000).first().isEqualTo(at("07:10").minusSeconds(60_000));
    assertThat(due.leftOut()).isTrue();
  }

  @Test
  void itIsTheSameAsGoingThroughAllTicks(TestReporter reporter) {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    Rule[] rules = {
      HOURLY,
      new Rule.Cron("*/5 2 * * *", ZoneId.of("Europe/Berlin")),
      new Rule.Cron("0 0 1 * *", ZoneId.of("America/New_York")),
      new Rule.Every(Duration.ofMinutes(7), Duration.ofSeconds(11))
    };
    for (int round = 0; round < 500; round++) {
      Rule rule = rules[random.nextInt(rules.length)];
      Instant now = at("00:00").plusSeconds(random.nextInt(30_000_000));
      Instant since = rule.next(now.minusSeconds(random.nextInt(3_000_000)));
      int backfillMax = random.nextInt(20);
      List<Instant> all = new ArrayList<>();
      for (Instant tick = since; !tick.isAfter(now); tick = rule.next(tick)) {
        all.add(tick);
      }
      List<Instant> kept = all.subList(Math.max(0, all.size() - backfillMax - 1), all.size());
      Due due = Due.of(rule, since, now, backfillMax, ALL);
      List<Instant> found = new ArrayList<>(due.missed());
      due.newest().ifPresent(found::add);
      assertThat(found).as("round %s of seed %s", round, seed).isEqualTo(kept);
      assertThat(due.leftOut()).as("seed %s", seed).isEqualTo(kept.size() < all.size());
      assertThat(due.next()).as("seed %s", seed).isEqualTo(rule.next(now));
    }
  }

  private static Instant at(String time) {
    return Instant.parse("2026-06-01T" + time + ":00Z");
  }
}
