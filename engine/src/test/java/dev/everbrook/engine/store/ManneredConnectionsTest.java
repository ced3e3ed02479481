package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What transactions are like, however the application set its connections up. */
class ManneredConnectionsTest {

  private static final String LEVEL = "SELECT current_setting('transaction_isolation')";

  private static Access access;

  @BeforeAll
  static void create() {
    access = TestPostgres.newDatabase();
  }

  @BeforeEach
  void empty() throws SQLException {
    run("DROP TABLE IF EXISTS t");
    run("CREATE TABLE t (id int PRIMARY KEY, n int)");
    run("INSERT INTO t VALUES (1, 0)");
    prefer("RESET ALL");
  }

  private static void run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** For this database only: other tests share the role. */
  private static void prefer(String what) throws SQLException {
    String database = access.url().replaceAll(".*/", "");
    run("ALTER DATABASE " + database + " " + what);
    run("ALTER ROLE CURRENT_USER IN DATABASE " + database + " " + what);
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  /** The ways in which an application comes to another level. */
  @SuppressWarnings("ImmutableEnumChecker") // each sets up a pool of its own and keeps nothing
  enum Way {
    POOL_REPEATABLE_READ(it -> it.setTransactionIsolation("TRANSACTION_REPEATABLE_READ")),
    POOL_SERIALIZABLE(it -> it.setTransactionIsolation("TRANSACTION_SERIALIZABLE")),
    POOL_WITHOUT_AUTO_COMMIT(it -> {
      it.setAutoCommit(false);
      it.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    }),
    INIT_SQL(it -> it.setConnectionInitSql("SET default_transaction_isolation = 'serializable'")),
    URL(it ->
        it.addDataSourceProperty("options", "-c default_transaction_isolation=repeatable\\ read")),
    DEFAULT(_ -> {});

    private final Consumer<HikariConfig> setUp;

    Way(Consumer<HikariConfig> setUp) {
      this.setUp = setUp;
    }

    HikariDataSource open() {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(access.url());
      config.setUsername(access.user());
      config.setPassword(access.password());
      config.setMaximumPoolSize(1);
      setUp.accept(config);
      return new HikariDataSource(config);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyStatementAndTransactionIsAtReadCommittedAndThePoolGetsBackWhatItGave(Way way)
      throws SQLException {
    try (HikariDataSource pool = way.open()) {
      String before = level(pool);
      Database database = new Database(pool);
      for (int i = 0; i < 2; i++) { // new, and known
        assertThat(database.<String>only(LEVEL, row -> row.getString(1)))
            .isEqualTo("read committed");
        assertThat(database.<String>tx(tx -> tx.only(LEVEL, row -> row.getString(1))))
            .isEqualTo("read committed");
        assertSeesWhatOthersWrite(database);
        assertThat(level(pool)).isEqualTo(before);
      }
      try (Session session = database.dedicated("a test")) {
        assertThat(session.list(LEVEL, row -> row.getString(1))).containsExactly("read committed");
        assertThat(session.<String>tx(tx -> tx.only(LEVEL, row -> row.getString(1))))
            .isEqualTo("read committed");
      }
      assertThat(level(pool)).isEqualTo(before);
    }
  }

  @Test
  void soItIsWhereTheRoleOrTheDatabasePrefersAnotherLevelAndNothingPools() throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(access.url());
    source.setUser(access.user());
    source.setPassword(access.password());
    Database database = new Database(source);
    prefer("SET default_transaction_isolation = 'repeatable read'");
    assertThat(level(source)).isEqualTo("repeatable read");

    assertThat(database.<String>only(LEVEL, row -> row.getString(1))).isEqualTo("read committed");
    assertSeesWhatOthersWrite(database);
  }

  private static void assertSeesWhatOthersWrite(Database database) {
    database.tx(tx -> {
      int before = tx.only("SELECT n FROM t", row -> row.getInt(1));
      try {
        run("UPDATE t SET n = n + 1");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      assertThat(tx.<Integer>only("SELECT n FROM t", row -> row.getInt(1))).isEqualTo(before + 1);
      return tx.update("UPDATE t SET n = n + 1");
    });
  }

  private static String level(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LEVEL)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void aTransactionInWhichNothingHappensIsEndedAndTheSessionKeepsItsOwnLimit() throws SQLException {
    for (String limit : List.of("0", "1h")) {
      prefer("SET idle_in_transaction_session_timeout = '" + limit + "'");
      try (HikariDataSource pool = Way.DEFAULT.open()) {
        Database database = new Database(pool);
        assertThat(limitIn(database)).isEqualTo("10s");
        try (Session session = database.dedicated("a test")) {
          assertThat(session.<String>tx(ManneredConnectionsTest::limit)).isEqualTo("10s");
          assertThat(session.list(LIMIT, row -> row.getString(1))).containsExactly(limit);
        }
        assertThat(database.<String>only(LIMIT, row -> row.getString(1))).isEqualTo(limit);
      }
    }
    prefer("SET idle_in_transaction_session_timeout = '3s'");
    try (HikariDataSource pool = Way.DEFAULT.open()) {
      assertThat(limitIn(new Database(pool))).as("one that is shorter stays").isEqualTo("3s");
    }
  }

  private static final String LIMIT =
      "SELECT current_setting('idle_in_transaction_session_timeout')";

  private static String limitIn(Database database) {
    return database.tx(ManneredConnectionsTest::limit);
  }

  private static String limit(Tx tx) {
    return tx.only(LIMIT, row -> row.getString(1));
  }

  @Test
  void aTransactionOfTheApplicationIsJoinedOnlyIfItCanHoldWhatIsPromised() throws SQLException {
    try (Connection connection = connect()) {
      assertThatThrownBy(() -> Tx.joining(connection))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("auto-commit");
      connection.setAutoCommit(false);
      assertThat(Tx.joining(connection).update("UPDATE t SET n = 1")).isEqualTo(1);
      connection.rollback();
      for (int level :
          List.of(Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE)) {
        connection.setTransactionIsolation(level);
        assertThatThrownBy(() -> Tx.joining(connection))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                level == Connection.TRANSACTION_SERIALIZABLE ? "SERIALIZABLE" : "REPEATABLE READ")
            .hasMessageContaining("begin it at READ COMMITTED");
        connection.rollback();
      }
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED);
      assertThat(Tx.joining(connection).update("UPDATE t SET n = 1")).isEqualTo(1);
      connection.rollback();
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setReadOnly(true);
      assertThatThrownBy(() -> Tx.joining(connection))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read-only");
      connection.rollback();
      connection.setReadOnly(false);
      Tx joined = Tx.joining(connection);
      assertThatThrownBy(() -> joined.update("SELECT 1 / 0")).isInstanceOf(StoreFailure.class);
      assertThatThrownBy(() -> Tx.joining(connection))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has failed already: roll it back");
      connection.rollback();
      prefer("SET default_transaction_isolation = 'repeatable read'");
    }
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> Tx.joining(connection))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("REPEATABLE READ");
    }
  }
}
