package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.schedule.Rule;
import dev.everbrook.engine.schedule.Schedule;
import dev.everbrook.engine.schedule.Tick;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An application that has no model, only a DataSource. */
class JobsOnlyTest {

  private static final int WAIT_S = 20;

  @Test
  void aNodeThatOnlyWorksJobsHasSchedulesThatTick() throws Exception {
    Access access = TestPostgres.newDatabase();
    BlockingQueue<Tick> ticks = new LinkedBlockingQueue<>();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 9);
        Engine engine = Engine.start(pool, EngineSettings.DEFAULT)) {
      engine
          .jobs()
          .handle(
              "poll",
              RetryPolicy.DEFAULT,
              run -> {
                ticks.add(Tick.of(run.payload()).orElseThrow());
                return new Outcome.Done();
              });
      engine
          .schedules()
          .put(Schedule.of("often", new Rule.Every(Duration.ofMillis(50)), "sync", "poll", "{}"));
      engine.jobs().work(Map.of("sync", 2));

      assertThat(ticks.poll(WAIT_S, TimeUnit.SECONDS)).isNotNull();
      assertThat(ticks.poll(WAIT_S, TimeUnit.SECONDS)).isNotNull();
    }
  }
}
