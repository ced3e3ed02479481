package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL keeps the plan of a statement that is used often. The table of what is being written
 * is empty again and again, and the plan that is best then is the worst a moment later.
 */
class PlansTest {

  private static final int OFTEN = 20; // the driver prepares with the 5th, PostgreSQL settles later

  private Shelf shelf;

  @BeforeEach
  void start() {
    shelf = new Shelf();
  }

  @AfterEach
  void stop() {
    shelf.close();
  }

  @Test
  void aStreamIsFoundByItsKeyThoughTheTableWasEmptyWhenTheStatementWasPlanned() throws Exception {
    try (HikariDataSource pool = ours()) {
      assertFoundByKey(pool);
    }
  }

  @Test
  void aDataSourceThatIsToldNothingFindsItTooOnceTheTableHasBeenInUse() throws Exception {
    try (HikariDataSource pool = plain()) {
      Database database = new Database(pool);
      fill(database);
      database.update("DELETE FROM everbrook.chunk");
      assertFoundByKey(pool);
    }
  }

  private void assertFoundByKey(HikariDataSource pool) throws Exception {
    Database database = new Database(pool);
    StreamRef ref = shelf.ended("a", 3);
    shelf.pack();
    vacuum(pool);
    StreamLog log = new StreamLog(database);
    for (int i = 0; i < OFTEN; i++) {
      log.read(ref.id(), 0);
    }
    fill(database);
    long before = scans(database);
    for (int i = 0; i < OFTEN; i++) {
      log.read(ref.id(), 0);
    }
    assertThat(scans(database)).isEqualTo(before);
  }

  private HikariDataSource ours() {
    Access access = shelf.access();
    return Pool.open(access.url(), access.user(), access.password(), 1);
  }

  private HikariDataSource plain() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(shelf.access().url());
    config.setUsername(shelf.access().user());
    config.setPassword(shelf.access().password());
    config.setMaximumPoolSize(1);
    return new HikariDataSource(config);
  }

  private static void fill(Database database) {
    database.update(
        "INSERT INTO everbrook.chunk (stream_id, seq, n, data)"
            + " SELECT 1000000 + i, 0, 1, '\\x00'::bytea FROM generate_series(1, 20000) i");
  }

  private static void vacuum(HikariDataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM everbrook.chunk");
    }
  }

  /** How often the whole table was gone through. */
  private static long scans(Database database) {
    database.list("SELECT pg_stat_force_next_flush()", row -> true);
    return database
        .first(
            "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'chunk'",
            row -> row.getLong(1))
        .orElseThrow();
  }
}
