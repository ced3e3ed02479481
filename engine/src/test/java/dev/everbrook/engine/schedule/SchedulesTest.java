package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.CallersTransaction;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.postgres.Access;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchedulesTest {

  private static final Rule DAILY = new Rule.Every(Duration.ofDays(1));
  private static final Rule NIGHTLY = new Rule.Cron("30 2 * * *", ZoneId.of("Europe/Berlin"));
  private static final Schedule SCHEDULE = Schedule.of("s", DAILY, "q", "k", "{\"a\": 1}");

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
  void aScheduleIsFoundAsItWasPutAndWaitsForItsFirstTick() {
    Instant before = node.now();
    Schedule nightly =
        Schedule.of("nightly", NIGHTLY, "q", "k", "{\"z\": 1.50, \"a\": 2}")
            .within(Duration.ofMinutes(5))
            .backfilling(3);
    assertThat(node.schedules.put(nightly)).isEqualTo(Schedules.Change.CREATED);
    assertThat(node.schedules.find("nightly"))
        .contains(new Scheduled(nightly, false, NIGHTLY.next(before), Optional.empty()));
    assertThat(node.schedules.find("daily")).isEmpty();
    node.tickAll();
    assertThat(node.ticks()).isEmpty();
  }

  @Test
  void puttingTheSameAgainChangesNothingEvenWhileItIsDue() {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofHours(30));
    Scheduled due = node.found("s");
    assertThat(node.schedules.put(SCHEDULE)).isEqualTo(Schedules.Change.NONE);
    assertThat(node.found("s")).isEqualTo(due);
  }

  @Test
  void whatAnotherRuleMissedDoesNotCountButWithAnotherJobItStaysDue() {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofHours(30));
    Instant due = node.found("s").nextAt();
    Schedule other = Schedule.of("s", DAILY, "q2", "k2", "{\"a\": 2}").backfilling(2);
    assertThat(node.schedules.put(other)).isEqualTo(Schedules.Change.CHANGED);
    assertThat(node.found("s").nextAt()).isEqualTo(due);
    assertThat(node.found("s").schedule()).isEqualTo(other);

    Rule.Every shifted = new Rule.Every(Duration.ofDays(1), Duration.ofSeconds(7));
    node.schedules.put(Schedule.of("s", shifted, "q2", "k2", "{\"a\": 2}").backfilling(2));
    assertNextFromNowOn(shifted);
  }

  @Test
  void ofManyNodesThatPutItAtOnceOneMakesIt() throws Exception {
    List<Future<Schedules.Change>> puts = new ArrayList<>();
    try (SchedulesNode other = new SchedulesNode(access);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        Schedules schedules = (i % 2 == 0 ? node : other).schedules;
        puts.add(threads.submit(() -> schedules.put(SCHEDULE)));
      }
      List<Schedules.Change> changes = new ArrayList<>();
      for (Future<Schedules.Change> put : puts) {
        changes.add(put.get(20, TimeUnit.SECONDS));
      }
      assertThat(changes).containsOnlyOnce(Schedules.Change.CREATED);
      assertThat(changes).doesNotContain(Schedules.Change.CHANGED);
    }
  }

  @Test
  void oneThatIsPausedDoesNotRunAndGoesOnFromNowOnWhenResumed() {
    node.schedules.put(SCHEDULE.backfilling(5));
    assertThat(node.schedules.pause("s")).isTrue();
    assertThat(node.schedules.pause("s")).isFalse();
    node.missedSince("s", Duration.ofDays(3));
    node.tickAll();
    assertThat(node.ticks()).isEmpty();
    assertThat(node.schedules.put(SCHEDULE)).isEqualTo(Schedules.Change.CHANGED);
    assertThat(node.found("s").paused()).as("whoever paused it has the last word").isTrue();

    assertThat(node.schedules.resume("s")).isTrue();
    node.tickAll();
    assertThat(node.ticks()).isEmpty();
    assertNextFromNowOn(DAILY);
  }

  @Test
  void resumingWhatIsNotPausedLosesNothingThatIsDue() {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofHours(30));
    assertThat(node.schedules.resume("s")).isFalse();
    node.tickAll();
    assertThat(node.ticks()).hasSize(1);
    assertThat(node.schedules.resume("unknown")).isFalse();
    assertThat(node.schedules.pause("unknown")).isFalse();
  }

  @Test
  void runNowIsAJobBesideTheTicks() throws Exception {
    node.schedules.put(SCHEDULE);
    node.schedules.pause("s");
    Scheduled before = node.found("s");
    assertThat(node.schedules.runNow("s")).isPresent();
    assertThat(node.found("s")).isEqualTo(before);
    assertThat(node.ticks())
        .singleElement()
        .satisfies(tick -> assertThat(tick.cause()).isEqualTo(Tick.Cause.HAND));
    assertThat(node.schedules.runNow("unknown")).isEmpty();
  }

  @Test
  void theHandlerRunsAndIsToldItsTick() throws Exception {
    BlockingQueue<String> payloads = new LinkedBlockingQueue<>();
    node.jobs.handle(
        "k",
        new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)),
        run -> {
          payloads.add(run.payload());
          return new Outcome.Done();
        });
    node.jobs.work(Map.of("q", 2));
    node.schedules.start();
    node.schedules.put(
        Schedule.of("often", new Rule.Every(Duration.ofMillis(50)), "q", "k", "{\"a\": 1}"));
    String payload = payloads.poll(20, TimeUnit.SECONDS);
    assertThat(payload).isNotNull().contains("\"a\": 1");
    Tick tick = Tick.of(payload).orElseThrow();
    assertThat(tick.schedule()).isEqualTo("often");
    assertThat(tick.at().toEpochMilli() % 50).isZero();
  }

  @Test
  void allAreListedByNamePageByPage() {
    List<String> names = List.of("A", "Z", "a", "b c", "z", "ä");
    names.reversed().forEach(it -> node.schedules.put(Schedule.of(it, NIGHTLY, "q", "k", "{}")));
    List<String> listed = new ArrayList<>();
    List<Scheduled> page = node.schedules.list("", 4);
    while (!page.isEmpty()) {
      page.forEach(it -> listed.add(it.schedule().name()));
      page = node.schedules.list(listed.getLast(), 4);
    }
    assertThat(listed).isEqualTo(names);
    assertThatThrownBy(() -> node.schedules.list("", 0))
        .hasMessage("a page of schedules has 1 to 1000, not 0");
  }

  @Test
  void whatIsRemovedIsGoneAndMayBePutAgain() {
    node.schedules.put(SCHEDULE);
    node.missedSince("s", Duration.ofDays(3));
    assertThat(node.schedules.remove("s")).isTrue();
    assertThat(node.schedules.remove("s")).isFalse();
    node.tickAll();
    assertThat(node.ticks()).isEmpty();
    assertThat(node.schedules.put(SCHEDULE)).isEqualTo(Schedules.Change.CREATED);
    assertThat(node.found("s").nextAt()).isAfter(node.now().minusSeconds(1));
  }

  @Test
  void aPayloadThatTheDatabaseCannotKeepIsRefusedAtOnce() {
    Schedule zero = Schedule.of("s", DAILY, "q", "k", "{\"a\": \"\\u0000\"}");
    assertThatThrownBy(() -> node.schedules.put(zero))
        .isInstanceOfSatisfying(StoreFailure.class, e -> assertThat(e.isDataError()).isTrue());
  }

  private void assertNextFromNowOn(Rule rule) {
    Instant now = node.now();
    assertThat(node.found("s").nextAt()).isBetween(rule.next(now.minusSeconds(60)), rule.next(now));
  }

  @ParameterizedTest
  @EnumSource
  void allOfItIsDoneInTheCallersTransactionOrNot(CallersTransaction kind) throws Exception {
    node.schedules.start();
    node.jobs.handle("k", RetryPolicy.DEFAULT, _ -> new Outcome.Done());
    Schedule often = Schedule.of("s", new Rule.Every(Duration.ofMillis(100)), "q", "k", "{}");
    for (boolean commits : new boolean[] {false, true}) {
      in(kind, commits, tx -> node.schedules.put(tx, often));
      assertThat(node.schedules.find("s").isPresent()).isEqualTo(commits);
    }
    Await.until("ticks", () -> !node.ticks().isEmpty());
    for (boolean commits : new boolean[] {false, true}) {
      in(kind, commits, tx -> node.schedules.pause(tx, "s"));
      assertThat(node.found("s").paused()).isEqualTo(commits);
    }
    for (boolean commits : new boolean[] {false, true}) {
      Optional<Long> job = in(kind, commits, tx -> node.schedules.runNow(tx, "s"));
      assertThat(node.jobs.list().find(job.orElseThrow()).isPresent()).isEqualTo(commits);
    }
    for (boolean commits : new boolean[] {false, true}) {
      assertThat((Object) in(kind, commits, tx -> node.schedules.resume(tx, "s"))).isEqualTo(true);
      assertThat(node.found("s").paused()).isEqualTo(!commits);
    }
    int ticks = node.ticks().size();
    Await.until("more ticks", () -> node.ticks().size() > ticks);
    for (boolean commits : new boolean[] {false, true}) {
      assertThat((Object) in(kind, commits, tx -> node.schedules.remove(tx, "s"))).isEqualTo(true);
      assertThat(node.schedules.find("s").isPresent()).isEqualTo(!commits);
    }
  }

  private <T> T in(CallersTransaction kind, boolean commits, Function<Tx, T> action)
      throws SQLException {
    return kind.run(node.pool, commits, action);
  }
}
