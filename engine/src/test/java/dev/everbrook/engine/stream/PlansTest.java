package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
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
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void start() {
    shelf = new Shelf();
    pool = Pool.open(shelf.access().url(), shelf.access().user(), shelf.access().password(), 1);
    database = new Database(pool);
  }

  @AfterEach
  void stop() {
    pool.close();
    shelf.close();
  }

  @Test
  void aStreamIsFoundByItsKeyThoughTheTableWasEmptyWhenTheStatementWasPlanned() throws Exception {
    StreamRef ref = shelf.open("a", 3);
    shelf.end(ref);
    shelf.pack();
    vacuum();
    StreamLog log = new StreamLog(database);
    for (int i = 0; i < OFTEN; i++) {
      log.read(ref.id(), 0);
    }
    database.update(
        "INSERT INTO everbrook.chunk (stream_id, seq, n, data)"
            + " SELECT 1000000 + i, 0, 1, '\\x00'::bytea FROM generate_series(1, 20000) i");
    long before = scans();
    for (int i = 0; i < OFTEN; i++) {
      log.read(ref.id(), 0);
    }
    assertThat(scans()).isEqualTo(before);
  }

  private void vacuum() throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM everbrook.chunk");
    }
  }

  /** How often the whole table was gone through. */
  private long scans() {
    database.list("SELECT pg_stat_force_next_flush()", row -> true);
    return database
        .first(
            "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'chunk'",
            row -> row.getLong(1))
        .orElseThrow();
  }
}
