package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an embedder learns of a node that does not work as it should. */
class HealthTest {

  private static final int WAIT_S = 20;

  /** Its like are thrown when there is no memory to say what is wrong. */
  private static final class Unspeakable extends Error {
    @Override
    public String getMessage() {
      throw new OutOfMemoryError("while it was logged");
    }
  }

  @Test
  void everyLoopOfANodeIsToldOfAndAFailingOneIsHeardOfUntilItWorksAgain() throws Exception {
    Access access = TestPostgres.newDatabase();
    BlockingQueue<LoopHealth> heard = new LinkedBlockingQueue<>();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 5);
        Engine engine =
            Engine.start(pool, EngineSettings.builder().onLoopHealth(heard::add).build())) {
      engine.jobs().handle("k", RetryPolicy.DEFAULT, _ -> new Outcome.Done());
      engine.jobs().work(Map.of("q", 1));
      assertThat(engine.health().node()).isEqualTo(engine.membership().node());
      assertThat(engine.health().loops())
          .extracting(LoopHealth::name)
          .contains(
              "alarms",
              "append",
              "beat",
              "bell-hear",
              "bell-send",
              "bury",
              "cancel",
              "claim-q",
              "enqueue",
              "expiry",
              "finish",
              "flush",
              "gauges",
              "history",
              "judge",
              "look",
              "obey",
              "overdue",
              "oversee",
              "pack",
              "promote",
              "rescue",
              "strays",
              "sweep",
              "tick");
      assertThat(engine.health().failing()).isEmpty();
      engine.database().update("ALTER TABLE everbrook.node RENAME TO mislaid");

      LoopHealth failing = heard.poll(WAIT_S, TimeUnit.SECONDS);
      assertThat(failing.state()).isEqualTo(LoopHealth.State.FAILING);
      assertThat(failing.failure()).contains("everbrook.node", "42P01");
      Await.until(
          "the loop that beats fails",
          () -> engine.health().failing().stream().anyMatch(it -> it.name().equals("beat")));
      assertThat(engine.health().beyondHelp()).as("the database may be mended").isEmpty();
      engine.database().update("ALTER TABLE everbrook.mislaid RENAME TO node");
      LoopHealth next = failing;
      while (!next.name().equals("beat") || next.state() != LoopHealth.State.WORKING) {
        next = heard.poll(WAIT_S, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"everbrook.stream.flush", "everbrook.channel.flush", "everbrook.job"})
  void aNodeThatCannotBeBuiltLeavesNothingOpen(String meter) throws Exception {
    Access access = TestPostgres.newDatabase();
    MeterRegistry full = new SimpleMeterRegistry();
    full.config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                if (id.getName().startsWith(meter)) {
                  throw new IllegalStateException("no more meters");
                }
                return MeterFilterReply.NEUTRAL;
              }
            });
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 5)) {
      assertThatThrownBy(
              () -> Engine.start(pool, EngineSettings.builder().name("half").meters(full).build()))
          .hasMessage("no more meters");

      assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
      assertThat(
              new Database(pool)
                  .<Integer>only("SELECT count(*) FROM everbrook.node", row -> row.getInt(1)))
          .isZero();
    }
  }

  @Test
  void aHandlerThatThrowsWhatCannotBeLoggedCostsAnAttemptAndNotItsPlace() throws Exception {
    Access access = TestPostgres.newDatabase();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(2);
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 5);
        Engine engine = Engine.start(pool, EngineSettings.DEFAULT)) {
      engine
          .jobs()
          .handle(
              "k",
              new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)),
              _ -> {
                if (calls.getAndIncrement() == 0) {
                  throw new Unspeakable();
                }
                done.countDown();
                return new Outcome.Done();
              });
      engine.jobs().work(Map.of("q", 1));
      engine.jobs().enqueue(NewJob.of("q", "k", "{}"));
      engine.jobs().enqueue(NewJob.of("q", "k", "{}"));

      assertThat(done.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
  }
}
