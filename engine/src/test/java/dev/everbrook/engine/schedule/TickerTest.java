package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One ticker, or one beside another. */
class TickerTest {

  private static final Rule MINUTELY = new Rule.Every(Duration.ofMinutes(1));
  private static final Schedule SCHEDULE = Schedule.of("s", MINUTELY, "q", "k", "{}");

  private Access access;
  private SchedulesNode node;

  @BeforeEach
  void start() {
    access = SchedulesNode.newDatabase();
    node = new SchedulesNode(access);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void anOutageIsMadeUpForAsFarAsTheScheduleSaysOldestFirst() {
    node.schedules.put(SCHEDULE.backfilling(45));
    node.missedSince("s", Duration.ofHours(3));
    node.tickAll();

    List<Tick> ticks = node.ticks();
    assertThat(ticks.size()).isBetween(46, 47); // a minute may end meanwhile
    assertThat(ticks.subList(0, 45)).allMatch(it -> it.cause() == Tick.Cause.BACKFILL);
    assertThat(ticks.getLast().cause()).isEqualTo(Tick.Cause.TIME);
    assertThat(ticks.getLast().at()).isAfter(node.now().minusSeconds(65));
    assertFollowEachOther(ticks, MINUTELY);
    assertThat(node.found("s").lastAt()).contains(ticks.getLast().at());
    assertThat(node.found("s").nextAt()).isEqualTo(MINUTELY.next(ticks.getLast().at()));
    assertThat(node.meters.counter("everbrook.schedule.gaps").count()).isEqualTo(1);
    assertThat(node.meters.counter("everbrook.schedule.ticks", "cause", "backfill").count())
        .isGreaterThanOrEqualTo(45);
  }

  /** Else it would ask for it two hundred times a second. */
  @Test
  void aScheduleThatIsHeldIsAskedForNowAndThenAndKeepsNoOtherFromItsTick() throws Exception {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofMinutes(5));
    try (Connection frozen = node.pool.getConnection();
        Statement statement = frozen.createStatement()) {
      frozen.setAutoCommit(false);
      statement.execute("SELECT FROM everbrook.schedule FOR UPDATE");
      node.schedules.put(Schedule.of("t", MINUTELY, "q", "k", "{}"));
      node.missedSince("t", Duration.ofMinutes(5));
      node.tickAll();

      assertThat(node.ticks("t")).isNotEmpty();
      assertThat(node.ticker.step()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
      frozen.rollback();
    }
    node.tickAll();
    assertThat(node.ticks("s")).isNotEmpty();
  }

  @Test
  void withoutBackfillOnlyTheNewestTickRuns() {
    Rule hourly = new Rule.Cron("@hourly", ZoneId.of("Australia/Lord_Howe"));
    node.schedules.put(Schedule.of("s", hourly, "q", "k", "{}"));
    node.missedSince("s", Duration.ofDays(2));
    node.tickAll();

    assertThat(node.ticks())
        .singleElement()
        .satisfies(tick -> {
          assertThat(tick.cause()).isEqualTo(Tick.Cause.TIME);
          assertThat(tick.at()).isAfter(node.now().minusSeconds(3_605));
        });
  }

  @Test
  void moreSchedulesThanABatchAreAllSeenTo() {
    for (int i = 0; i < 2 * Ticker.BATCH_MAX + 1; i++) {
      node.schedules.put(Schedule.of("s" + i, MINUTELY, "q", "k", "{}"));
    }
    node.database.update("UPDATE everbrook.schedule SET next_at = now() - interval '70 s'");
    node.tickAll();
    assertThat(node.ticks().stream().map(Tick::schedule).distinct())
        .hasSize(2 * Ticker.BATCH_MAX + 1);
  }

  @Test
  void whatAnotherNodeHasInHandIsPassedByAndTakenOverWhenThatDies() throws Exception {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofSeconds(90));
    try (SchedulesNode other = new SchedulesNode(access);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      node.database.tx(tx -> {
        tx.list("SELECT 1 FROM everbrook.schedule FOR UPDATE", row -> row.getInt(1));
        return done(threads.submit(other.ticker::step));
      });
      assertThat(node.ticks()).isEmpty();
      other.tickAll();
      assertThat(node.ticks()).hasSize(1);
    }
  }

  @Test
  void nodesThatStartAfterAllWereDownMakeUpForIt() {
    node.schedules.put(SCHEDULE.backfilling(3));
    node.die();
    try (SchedulesNode next = new SchedulesNode(access)) {
      next.missedSince("s", Duration.ofMinutes(10));
      next.schedules.start();
      assertThat(next.awaitTicks(4).subList(0, 3))
          .allMatch(it -> it.cause() == Tick.Cause.BACKFILL);
    }
  }

  @Test
  void aNodeThatRestsHearsOfAnOftenScheduleThatAnotherPuts() {
    try (SchedulesNode other = new SchedulesNode(access)) {
      other.schedules.start();
      Rule often = new Rule.Every(Duration.ofMillis(50));
      node.schedules.put(Schedule.of("s", often, "q", "k", "{}").backfilling(1_000));
      assertFollowEachOther(node.awaitTicks(20), often);
    }
  }

  @Test
  void afterARemovalReturnedNothingMoreIsEnqueued() throws Exception {
    try (SchedulesNode other = new SchedulesNode(access);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 20; round++) {
        node.schedules.put(SCHEDULE.backfilling(10));
        node.missedSince("s", Duration.ofMinutes(30));
        Future<Duration> step = threads.submit(other.ticker::step);
        node.schedules.remove("s");
        int enqueued = node.ticks().size();
        done(step);
        node.tickAll();
        assertThat(node.ticks()).hasSize(enqueued);
      }
    }
  }

  @Test
  void oneThatThisNodeCannotReadIsLeftToOthersAndHoldsNothingUp() {
    node.schedules.put(SCHEDULE);
    node.schedules.put(
        Schedule.of("strange", new Rule.Cron("@daily", ZoneId.of("UTC")), "q", "k", "{}"));
    node.database.update("UPDATE everbrook.schedule SET zone = 'Mars/Olympus' WHERE zone = 'UTC'");
    node.missedSince("strange", Duration.ofDays(3));
    node.missedSince("s", Duration.ofSeconds(90));
    node.tickAll();

    assertThat(node.ticks()).extracting(Tick::schedule).containsExactly("s");
    assertThat(node.ticker.step()).as("it is not looked for again and again").isPositive();
    assertThat(
            node.database.list(
                "SELECT next_at < now() - interval '2 days' FROM everbrook.schedule"
                    + " WHERE name = 'strange'",
                row -> row.getBoolean(1)))
        .containsExactly(true);

    node.database.run(tx ->
        tx.update(
            "UPDATE everbrook.schedule SET zone = 'UTC', version = version + 1"
                + " WHERE name = 'strange'"));
    node.tickAll();
    assertThat(node.ticks("strange")).as("a change makes it readable").hasSize(1);
  }

  @Test
  void whenNothingIsDueItRestsAtMostASecond() {
    assertThat(node.ticker.step()).isEqualTo(Duration.ofSeconds(1));
    node.schedules.put(SCHEDULE);
    node.database.update("UPDATE everbrook.schedule SET next_at = now() + interval '300 ms'");
    assertThat(node.ticker.step()).isBetween(Duration.ofMillis(5), Duration.ofMillis(300));
  }

  private static Duration done(Future<Duration> step) {
    try {
      return step.get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static void assertFollowEachOther(List<Tick> ticks, Rule rule) {
    Instant last = ticks.getFirst().at();
    for (Tick tick : ticks.subList(1, ticks.size())) {
      assertThat(tick.at()).isEqualTo(rule.next(last));
      last = tick.at();
    }
  }
}
