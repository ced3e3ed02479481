package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.BeforeWorld;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Each tick is one job, however many nodes there are, whatever their clocks say. */
class ManyNodesTest {

  private static final int NODES = 4;

  private static final List<Rule> RULES =
      List.of(
          new Rule.Every(Duration.ofSeconds(30)),
          new Rule.Every(Duration.ofMinutes(7), Duration.ofSeconds(11)),
          new Rule.Cron("*/5 * * * *", ZoneId.of("Europe/Berlin")),
          new Rule.Cron("0,30 1-3 * * *", ZoneId.of("Australia/Lord_Howe")));

  private Access access;
  private final List<SchedulesNode> nodes = new ArrayList<>();

  @BeforeEach
  void start() {
    access = SchedulesNode.newDatabase();
    for (int i = 0; i < NODES; i++) {
      nodes.add(new SchedulesNode(access));
    }
  }

  @AfterEach
  void stop() {
    nodes.forEach(SchedulesNode::close);
  }

  @Test
  void fourNodesThatTickAtOnceRunEachTickOnce(TestReporter reporter) throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    SchedulesNode one = nodes.getFirst();
    for (int round = 0; round < 30; round++) {
      one.database.update("DELETE FROM everbrook.job");
      one.database.update("DELETE FROM everbrook.schedule");
      List<Missed> all = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        all.add(missed(random, "s" + i));
      }
      Instant begin = one.now();
      tickAtOnce();
      for (Missed missed : all) {
        assertEachRanOnce(missed, begin, "round " + round + " of seed " + seed);
      }
    }
  }

  private record Missed(Schedule schedule, Instant since) {}

  private Missed missed(Random random, String name) {
    SchedulesNode one = nodes.getFirst();
    Rule rule = RULES.get(random.nextInt(RULES.size()));
    Schedule schedule = Schedule.of(name, rule, "q", "k", "{}").backfilling(random.nextInt(50));
    one.schedules.put(schedule);
    one.missedSince(name, Duration.ofSeconds(random.nextInt(20_000)));
    return new Missed(schedule, one.found(name).nextAt());
  }

  private void tickAtOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Future<?>> ticking = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (SchedulesNode node : nodes) {
        ticking.add(
            threads.submit(() -> {
              go.await();
              node.tickAll();
              return null;
            }));
      }
      go.countDown();
      for (Future<?> each : ticking) {
        each.get(30, TimeUnit.SECONDS);
      }
    }
    nodes.getFirst().tickAll(); // what one passed by because another had it, that one left
  }

  private void assertEachRanOnce(Missed missed, Instant begin, String as) {
    SchedulesNode one = nodes.getFirst();
    Schedule schedule = missed.schedule();
    Rule rule = schedule.rule();
    List<Tick> ticks = one.ticks(schedule.name());
    int available = 0;
    for (Instant at = rule.next(missed.since().minusNanos(1_000));
        !at.isAfter(begin);
        at = rule.next(at)) {
      available++;
    }
    int expected = Math.min(available, schedule.backfillMax() + 1);
    assertThat(ticks.size()).as(as).isGreaterThanOrEqualTo(expected);
    assertThat(ticks.stream().filter(it -> !it.at().isAfter(begin)).count())
        .as(as)
        .isLessThanOrEqualTo(schedule.backfillMax() + 1);
    if (!ticks.isEmpty()) {
      TickerTest.assertFollowEachOther(ticks, rule);
      assertThat(one.found(schedule.name()).nextAt())
          .as(as)
          .isEqualTo(rule.next(ticks.getLast().at()));
    }
  }

  @Test
  void whileNodesComeAndDieNoTickIsLostAndNoneRunsTwice(TestReporter reporter) {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    SchedulesNode one = nodes.getFirst();
    Rule often = new Rule.Every(Duration.ofMillis(50));
    one.schedules.put(Schedule.of("often", often, "q", "k", "{}").backfilling(1_000));
    nodes.forEach(node -> node.schedules.start());
    int seen = 0;
    for (int round = 0; round < 6; round++) {
      seen = one.awaitTicks(seen + 10).size();
      int dying = 1 + random.nextInt(NODES - 1);
      SchedulesNode dead = nodes.get(dying);
      dead.die();
      dead.close();
      nodes.set(dying, new SchedulesNode(access));
      nodes.get(dying).schedules.start();
    }
    TickerTest.assertFollowEachOther(one.awaitTicks(seen + 10), often);
  }

  @Test
  void aNodeWhoseClockIsWrongTicksByTheDatabases() {
    SchedulesNode one = nodes.getFirst();
    EngineSettings ahead =
        EngineSettings.builder()
            .name("ahead")
            .answersAtOnce(1)
            .meters(one.meters)
            .world(new DaysAhead(40))
            .build();
    try (Engine engine = Engine.start(one.pool, new FakeModel(), ahead)) {
      Rule often = new Rule.Every(Duration.ofMillis(50));
      Instant before = one.now();
      engine.schedules().put(Schedule.of("often", often, "q", "k", "{}").backfilling(1_000));
      engine
          .schedules()
          .put(Schedule.of("later", new Rule.Cron("@monthly", ZoneId.of("UTC")), "q", "k", "{}"));
      List<Tick> ticks = one.awaitTicks(10);
      TickerTest.assertFollowEachOther(ticks, often);
      assertThat(ticks.getFirst().at()).isBetween(before, before.plusSeconds(5));
      assertThat(ticks.getLast().at()).isBeforeOrEqualTo(one.now());
    }
  }

  /** The machine's world, but for the time of day. */
  private static final class DaysAhead extends BeforeWorld {
    private final int days;

    DaysAhead(int days) {
      this.days = days;
    }

    @Override
    public Instant now() {
      return super.now().plus(Duration.ofDays(days));
    }
  }
}
