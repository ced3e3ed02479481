package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.JobEnd;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.schedule.Rule;
import dev.everbrook.engine.schedule.Schedule;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The schema made by one role, and nodes that run with another. */
class MigrateTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private final Access access = TestPostgres.newDatabase();

  /** A name that has to be quoted; roles belong to all databases of the cluster. */
  private final String role = "App \"" + UUID.randomUUID();

  @AutoClose
  private final HikariDataSource owner =
      Pool.open(access.url(), access.user(), access.password(), 4);

  private final HikariDataSource app = new HikariDataSource();

  @BeforeEach
  void createRole() {
    new Database(owner).update("CREATE ROLE " + quoted() + " LOGIN PASSWORD 'secret'");
    app.setJdbcUrl(access.url());
    app.setUsername(role);
    app.setPassword("secret");
  }

  @AfterEach
  void dropRole() {
    app.close();
    Database database = new Database(owner);
    database.update("DROP OWNED BY " + quoted());
    database.update("DROP ROLE " + quoted());
  }

  private String quoted() {
    return '"' + role.replace("\"", "\"\"") + '"';
  }

  @Test
  void aNodeThatMayNotCreateTheSchemaSaysWhatToDo() {
    assertThatThrownBy(() -> Engine.start(app, EngineSettings.DEFAULT))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("call Engine.migrate(source, role)");

    Engine.migrate(owner);
    assertThatThrownBy(() -> Engine.start(app, EngineSettings.DEFAULT))
        .as("it may not even read")
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("call Engine.migrate(source, role)");
  }

  @Test
  void aNodeWithoutTheRightToCreateDoesAllItsWork() throws Exception {
    Engine.migrate(owner, role);
    Database database = new Database(app);
    try (Engine engine = Engine.start(app, EngineSettings.DEFAULT)) {
      engine.jobs().handle("k", RetryPolicy.DEFAULT, _ -> new Outcome.Done("1"));
      engine.jobs().work(Map.of("q", 2));
      NewJob job = NewJob.of("q", "k", "{}");
      long parent =
          engine.database().tx(tx -> engine.jobs().enqueue(tx, job, List.of(Child.of(job))));
      assertThat(engine.jobs().awaitEnd(parent, LONG)).extracting(JobEnd::result).isEqualTo("1");
      engine.schedules().put(Schedule.of("s", new Rule.Every(Duration.ofHours(1)), "q", "k", "{}"));
      assertThat(engine.schedules().runNow("s")).isPresent();

      assertThat(database.list("SELECT everbrook.keep_history(60, 3600, 1000)", _ -> true))
          .as("partitions are made with the rights of the owner")
          .hasSize(1);
    }
    assertThatThrownBy(() -> database.update("CREATE TABLE everbrook.mine (x int)"))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("permission denied");
    assertThatThrownBy(() -> database.update("DROP TABLE everbrook.job"))
        .isInstanceOf(StoreFailure.class);
  }

  @Test
  void manyMayMigrateAtOnceAndAgain() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(threads.submit(() -> Engine.migrate(owner, role)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    Engine.migrate(owner, role);
    Engine.start(app, EngineSettings.DEFAULT).close();
  }

  @Test
  void aRoleThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Engine.migrate(owner, "no such role"))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("role \"no such role\" does not exist");
    assertThat(new Database(owner).list("SELECT FROM everbrook.job", _ -> true))
        .as("the schema is there nevertheless")
        .isEmpty();
  }

  @Test
  void rightsAreForRolesThatAreThereAndNotForAll() {
    for (String wrong : List.of("", "public", "PUBLIC", "none", "current_user")) {
      assertThatThrownBy(() -> Engine.migrate(owner, wrong))
          .as(wrong)
          .isInstanceOf(StoreFailure.class)
          .hasMessageContaining("role \"" + wrong + "\" does not exist");
    }
  }

  @Test
  void aRoleThatMayNotGrantIsNamed() {
    Engine.migrate(owner, role);
    assertThatThrownBy(() -> Engine.migrate(app, "pg_monitor"))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("may not grant them; migrate with the role that owns the schema");
  }

  @Test
  void oneConnectionIsEnough() {
    try (HikariDataSource one = new HikariDataSource()) {
      one.setJdbcUrl(access.url());
      one.setUsername(access.user());
      one.setPassword(access.password());
      one.setMaximumPoolSize(1);
      one.setConnectionTimeout(10_000);
      Engine.migrate(one, role);
    }
    Engine.start(app, EngineSettings.DEFAULT).close();
  }

  @Test
  void historyIsNotForStrangers() {
    Engine.migrate(owner);
    new Database(owner).update("GRANT USAGE ON SCHEMA everbrook TO " + quoted());
    assertThatThrownBy(
            () -> new Database(app).list("SELECT everbrook.keep_history(60, 60, 1)", _ -> true))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("permission denied for function keep_history");
  }
}
