package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrationsTest {

  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void open() {
    Access access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 4);
    database = new Database(pool);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private static Migrations files(String... names) {
    return new Migrations("test", MigrationsTest.class, List.of(names));
  }

  @Test
  void eachFileRunsOnceHoweverManyNodesStartAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> starts =
          List.of(
              threads.submit(() -> files("001_a.sql", "002_b.sql").apply(database)),
              threads.submit(() -> files("001_a.sql", "002_b.sql").apply(database)),
              threads.submit(() -> files("001_a.sql", "002_b.sql").apply(database)));
      for (Future<?> start : starts) {
        start.get(20, TimeUnit.SECONDS);
      }
    }
    assertThat(database.list("SELECT name FROM a ORDER BY name", row -> row.getString(1)))
        .containsExactly("one", "two");
  }

  @Test
  void aFileThatWasChangedAfterItRanIsRefused() {
    files("001_a.sql").apply(database);
    database.update("UPDATE everbrook.migration SET checksum = 'another'");

    assertThatThrownBy(() -> files("001_a.sql").apply(database))
        .hasMessageContaining("test/001_a.sql was changed after it ran");
  }

  @Test
  void theDatabaseOfANewerVersionIsRefused() {
    files("001_a.sql", "002_b.sql").apply(database);

    assertThatThrownBy(() -> files("001_a.sql").apply(database))
        .hasMessageContaining("made by a newer Everbrook")
        .hasMessageContaining("002_b.sql");
  }

  @Test
  void theDatabaseOfACommitBeforeTheFirstReleaseIsRefusedWithTheRemedy() {
    files("001_a.sql", "002_b.sql").apply(database);
    database.update("UPDATE everbrook.migration SET checksum = 'another'");

    assertThatThrownBy(() -> files("001_a.sql").apply(database))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("made by a commit before the first release")
        .hasMessageContaining("test/002_b.sql")
        .hasMessageContaining("DROP SCHEMA everbrook CASCADE");
  }

  @Test
  void aFileThatFailsLeavesNothingBehind() {
    assertThatThrownBy(() -> files("001_a.sql", "003_broken.sql").apply(database))
        .isInstanceOf(StoreFailure.class);
    assertThat(
            database.list(
                "SELECT count(*) FROM pg_tables WHERE tablename = 'a'", row -> row.getInt(1)))
        .containsExactly(0);
  }
}
