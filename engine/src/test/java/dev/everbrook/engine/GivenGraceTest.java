package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine is closed with a grace that its settings do not have. */
class GivenGraceTest {

  private static final int WAIT_S = 30;
  private static final Duration LONG = Duration.ofMinutes(10);

  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private HikariDataSource pool;
  private Engine engine;
  private long job;

  @BeforeEach
  void run() throws Exception {
    Access access = TestNode.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 6);
    engine = Engine.start(pool, EngineSettings.DEFAULT);
    engine
        .jobs()
        .handle(
            "k",
            RetryPolicy.DEFAULT,
            _ -> {
              running.countDown();
              end.await();
              return new Outcome.Done();
            });
    engine.jobs().work(Map.of("q", 1));
    job = engine.jobs().enqueue(NewJob.of("q", "k", "{}"));
    assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void stop() {
    end.countDown();
    engine.close();
    pool.close();
  }

  @Test
  void aRunThatEndsInTimeIsDoneAndASecondCloseNeitherWaitsNorShortensIt() throws Exception {
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> engine.close(LONG), Thread.ofVirtual()::start);
    Await.until(
        "the beginning of the close",
        () -> engine.health().loops().stream().noneMatch(it -> it.name().equals("claim-q")));
    engine.close(Duration.ZERO);
    engine.close();
    assertThat(closing).isNotDone();
    end.countDown();
    closing.get(WAIT_S, TimeUnit.SECONDS);

    assertThat(look("SELECT count(*) FROM everbrook.job_done WHERE outcome = 'done' AND id = ?"))
        .isOne();
  }

  @Test
  void aRunThatDoesNotEndInTimeIsHandedOver() {
    engine.close(Duration.ofMillis(100));

    assertThat(
            look(
                """
                SELECT count(*) FROM everbrook.job WHERE state = 'ready' AND attempt = 0 AND id = ?
                """))
        .isOne();
  }

  @Test
  void anImpossibleGraceIsRefusedAndTheEngineStaysOpen() {
    for (Duration grace : new Duration[] {Duration.ofMillis(-1), Duration.ofMinutes(61)}) {
      assertThatThrownBy(() -> engine.close(grace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the grace must be 0 to PT1H, was " + grace);
      assertThatThrownBy(() -> EngineSettings.builder().grace(grace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the grace must be 0 to PT1H, was " + grace);
    }
    end.countDown();

    Await.until(
        "the end of the job",
        () -> look("SELECT count(*) FROM everbrook.job_done WHERE id = ?") == 1);
  }

  private int look(String select) {
    return new Database(pool).only(select, row -> row.getInt(1), job);
  }
}
