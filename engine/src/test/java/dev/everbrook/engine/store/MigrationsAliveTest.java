package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations on a database that is in use meanwhile. */
@Order(1)
class MigrationsAliveTest {

  private static final int WAIT_S = 60;
  private static final long LOCK = 0x65766572_62726F6FL;
  private static final Migrations.Patience SHORT =
      new Migrations.Patience(Duration.ofMillis(300), 1);

  private static final String IS_VALID =
      "SELECT indisvalid FROM pg_index WHERE indexrelid = 'everbrook.big_n'::regclass";

  private Access access;
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void open() {
    access = TestPostgres.newDatabase();
    pool = pool("SET statement_timeout = '1500 ms'; SET lock_timeout = 0", access);
    database = new Database(pool);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private static HikariDataSource pool(String first, Access access) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(access.url());
    config.setUsername(access.user());
    config.setPassword(access.password());
    config.setMaximumPoolSize(4);
    config.setConnectionInitSql(first);
    config.addDataSourceProperty("socketTimeout", "2");
    return new HikariDataSource(config);
  }

  private static Migrations files(String... names) {
    return new Migrations("alive", MigrationsAliveTest.class, List.of(names));
  }

  private static Migrations hasty(String... names) {
    return new Migrations("alive", MigrationsAliveTest.class, List.of(names), SHORT);
  }

  private CompletableFuture<Void> applying(String... names) {
    return CompletableFuture.runAsync(
        () -> files(names).apply(database), Thread.ofVirtual()::start);
  }

  @Test
  void aLongFileIsNotCutShortByThePoolsLimitsAndThoseHoldAfterwards() {
    files("010_long.sql").apply(database);

    for (int i = 0; i < 8; i++) { // whichever of its connections it was
      assertThat(database.list("SHOW statement_timeout", row -> row.getString(1)))
          .containsExactly("1500ms");
    }
    assertThatThrownBy(() -> database.list("SELECT pg_sleep(5)", row -> true))
        .isInstanceOf(StoreFailure.class);
  }

  @Test
  void noLimitOfThePoolCutsALongFileShort() {
    String first = "SET transaction_timeout = '1500 ms'; SET lock_timeout = '100 ms'";
    try (HikariDataSource theirs = pool(first, access)) {
      files("010_long.sql").apply(new Database(theirs));

      for (int i = 0; i < 8; i++) { // whichever of its connections it was
        assertThat(new Database(theirs).list(LIMITS, row -> row.getString(1)))
            .containsExactly("100ms 1500ms");
      }
    }
  }

  private static final String LIMITS =
      "SELECT current_setting('lock_timeout') || ' ' || current_setting('transaction_timeout')";

  /** It waits for the transactions of others, which nothing queues up behind. */
  @Test
  void anIndexWaitsForOldSnapshotsLongerThanThePoolWouldForALock() throws Exception {
    files("012_big.sql").apply(database);
    try (HikariDataSource theirs = pool("SET lock_timeout = '100 ms'", access);
        Connection reader = connect();
        Statement reading = reader.createStatement()) {
      reader.setAutoCommit(false);
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      reading.execute("SELECT count(*) FROM everbrook.big");
      CompletableFuture<Void> built =
          CompletableFuture.runAsync(
              () -> hasty("012_big.sql", "014_big_n.sql").apply(new Database(theirs)),
              Thread.ofVirtual()::start);
      awaitTrue(
          """
          SELECT count(*) > 0 FROM pg_stat_activity
           WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'
             AND now() - query_start > interval '500 ms'
          """);
      reader.rollback();
      built.get(WAIT_S, TimeUnit.SECONDS);
    }
  }

  @Test
  void whileOthersHoldATableNobodyQueuesUpBehindItAndWhenTheyLetGoItIsChanged() throws Exception {
    files("001_a.sql").apply(database);
    try (Connection holder = connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SELECT FROM a");
      CompletableFuture<Void> applied = applying("001_a.sql", "011_alter.sql");
      awaitTrue(
          """
          SELECT count(*) > 0 FROM pg_locks
           WHERE relation = 'a'::regclass AND NOT granted AND mode = 'AccessExclusiveLock'
          """);
      try (Connection reader = connect();
          Statement reading = reader.createStatement()) {
        reading.execute("SET lock_timeout = '10 s'");
        reading.execute("SELECT FROM a"); // behind it in the queue
      }
      assertThat(applied).isNotDone();
      holder.rollback();
      applied.get(WAIT_S, TimeUnit.SECONDS);
    }
    assertThat(columnsOfA()).isEqualTo(2);
  }

  @Test
  void whatIsHeldForGoodIsToldAndLeavesNothingBehind() throws Exception {
    files("001_a.sql").apply(database);
    try (Connection holder = connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SELECT FROM a");
      assertThatThrownBy(() -> hasty("001_a.sql", "002_b.sql", "011_alter.sql").apply(database))
          .isInstanceOf(StoreFailure.class)
          .hasMessageContaining("other transactions lock the tables that alive/002_b.sql changes")
          .hasMessageContaining("start again");
      holder.rollback();
    }
    assertThat(columnsOfA()).isEqualTo(1);
    assertThat(database.list("SELECT name FROM a", row -> row.getString(1))).containsExactly("one");
  }

  /** Else another node would migrate in between, and the pool's limit cut the rest short. */
  @Test
  void aFileThatWaitsForItsLockKeepsTheTurnAndItsTime() throws Exception {
    files("001_a.sql").apply(database);
    try (Connection holder = connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("SELECT FROM a");
      CompletableFuture<Void> applied = applying("001_a.sql", "011_alter.sql", "010_long.sql");
      awaitTrue(WAITS_FOR_A);
      int first = turnOf();
      awaitTrue("SELECT NOT (" + WAITS_FOR_A + ")");
      awaitTrue(WAITS_FOR_A);
      assertThat(turnOf()).isEqualTo(first);
      holder.rollback();
      applied.get(WAIT_S, TimeUnit.SECONDS);
    }
  }

  private static final String WAITS_FOR_A =
      """
      SELECT count(*) > 0 FROM pg_locks
       WHERE relation = 'a'::regclass AND NOT granted AND mode = 'AccessExclusiveLock'
      """;

  private int turnOf() {
    return database.<Integer>only(
        """
        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        row -> row.getInt(1));
  }

  @Test
  void aFileThatFailsLeavesNeitherItsTurnNorItsTimeToTheConnectionOfThePool() {
    files("001_a.sql").apply(database);
    for (int i = 0; i < 6; i++) { // more often than the pool has connections
      assertThatThrownBy(() -> files("001_a.sql", "003_broken.sql").apply(database))
          .isInstanceOf(StoreFailure.class);
    }
    for (int i = 0; i < 8; i++) { // whichever of its connections it was
      assertThat(database.list("SHOW statement_timeout", row -> row.getString(1)))
          .containsExactly("1500ms");
    }
    hasty("001_a.sql", "002_b.sql").apply(database);
  }

  private int columnsOfA() {
    return database.<Integer>only(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'a'",
        row -> row.getInt(1));
  }

  @Test
  void aNodeWaitsForAnotherThatMigratesAndSaysSoWhenThatTakesTooLong() throws Exception {
    try (Connection other = connect();
        Statement statement = other.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
      assertThatThrownBy(() -> hasty("001_a.sql").apply(database))
          .isInstanceOf(StoreFailure.class)
          .hasMessageContaining("has been bringing the schema up to date")
          .hasMessageContaining("process ");
      CompletableFuture<Void> applied = applying("001_a.sql");
      awaitTrue(
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND"
              + " pid <> pg_backend_pid()");
      assertThat(applied).isNotDone();
      statement.execute("SELECT pg_advisory_unlock(" + LOCK + ")");
      applied.get(WAIT_S, TimeUnit.SECONDS);
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");

      hasty("001_a.sql").apply(database); // there is nothing to wait for
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"012_big.sql", "013_big_in_parts.sql"})
  void anIndexIsBuiltWhileOthersWriteAndWhatABrokenOffAttemptLeftIsReplaced(String table)
      throws Exception {
    files(table).apply(database);
    database.update("INSERT INTO everbrook.big SELECT n, n FROM generate_series(1, 1000) n");
    breakOff(table);
    try (Connection reader = connect();
        Statement reading = reader.createStatement()) {
      reader.setAutoCommit(false);
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      reading.execute("SELECT count(*) FROM everbrook.big"); // an index waits for old snapshots
      CompletableFuture<Void> one = applying(table, "014_big_n.sql", "015_after.sql");
      CompletableFuture<Void> two = applying(table, "014_big_n.sql", "015_after.sql");
      awaitTrue(
          """
          SELECT count(*) > 0 FROM pg_stat_activity
           WHERE query SIMILAR TO '(CREATE|DROP) INDEX%' AND wait_event_type = 'Lock'
          """);
      try (Connection writer = connect();
          Statement writing = writer.createStatement()) {
        writing.execute("SET lock_timeout = '100 ms'");
        assertThat(writing.executeUpdate("INSERT INTO everbrook.big VALUES (2000, 7)")).isOne();
      }
      reader.rollback();
      one.get(WAIT_S, TimeUnit.SECONDS);
      two.get(WAIT_S, TimeUnit.SECONDS);
    }
    assertThat(database.list(IS_VALID, row -> row.getBoolean(1))).containsExactly(true);
    assertThat(database.list("SELECT n FROM everbrook.after", row -> row.getInt(1))).hasSize(1);
    files(table, "014_big_n.sql", "015_after.sql").apply(database);
  }

  /** As if the process had been killed while it built the index. */
  private void breakOff(String table) throws SQLException {
    try (Connection knife = connect();
        Statement statement = knife.createStatement()) {
      if (table.equals("012_big.sql")) {
        statement.execute("CREATE INDEX big_n ON everbrook.big (n)");
        statement.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'everbrook.big_n'::regclass");
      } else {
        statement.execute("CREATE INDEX big_n ON ONLY everbrook.big (n) WHERE n > 0");
        statement.execute("CREATE INDEX big_1_big_n ON everbrook.big_1 (n) WHERE n > 0");
        statement.execute(
            "UPDATE pg_index SET indisvalid = false"
                + " WHERE indexrelid = 'everbrook.big_1_big_n'::regclass");
      }
    }
  }

  @Test
  void aFileThatBuildsAnIndexHoldsNothingElse() {
    assertThatThrownBy(() -> files("012_big.sql", "016_mixed.sql").apply(database))
        .hasMessageContaining("016_mixed.sql must hold one statement");
    assertThatThrownBy(() -> new IndexFile("x", "CREATE INDEX CONCURRENTLY a ON everbrook.b (c);"))
        .isInstanceOf(StoreFailure.class);
    assertThat(IndexFile.is("-- not CONCURRENTLY\nSELECT 1;")).isFalse();
  }

  @Test
  void whoMayNotCreateMayStartOnWhatIsThereAndAddToASchemaThatIsThere() throws Exception {
    files("001_a.sql").apply(database);
    String name = access.url().replaceAll(".*/", "");
    String user = "guest_" + name;
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE " + user + " LOGIN PASSWORD 'guest'");
      statement.execute("GRANT USAGE ON SCHEMA everbrook TO " + user);
      statement.execute("GRANT SELECT ON everbrook.migration TO " + user);
      Access guest = new Access(access.url(), user, "guest");
      try (HikariDataSource theirs = pool("SELECT 1", guest)) {
        files("001_a.sql").apply(new Database(theirs));
        assertThatThrownBy(() -> files("001_a.sql", "015_after.sql").apply(new Database(theirs)))
            .isInstanceOf(StoreFailure.class);
        statement.execute("GRANT CREATE ON SCHEMA everbrook TO " + user);
        statement.execute("GRANT INSERT ON everbrook.migration TO " + user);
        files("001_a.sql", "015_after.sql").apply(new Database(theirs));
      } finally {
        statement.execute("DROP OWNED BY " + user);
        statement.execute("DROP ROLE " + user);
      }
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  private void awaitTrue(String sql) {
    BooleanSupplier comes = () -> database.<Boolean>only(sql, row -> row.getBoolean(1));
    long start = System.nanoTime();
    while (!comes.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as(sql).isLessThan(TimeUnit.SECONDS.toNanos(WAIT_S));
      database.list("SELECT pg_sleep(0.01)", row -> true);
    }
  }
}
