package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void open() {
    Access access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 1);
    database = new Database(pool);
    database.update("CREATE TABLE t (n int PRIMARY KEY)");
  }

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void aPoolWithoutAFreeConnectionIsToldFromADatabaseThatIsAway() throws Exception {
    try (HikariDataSource small = new HikariDataSource()) {
      small.setJdbcUrl(pool.getJdbcUrl());
      small.setUsername(pool.getUsername());
      small.setPassword(pool.getPassword());
      small.setMaximumPoolSize(1);
      small.setConnectionTimeout(250);
      try (Connection _ = small.getConnection()) {
        assertThatThrownBy(() -> new Database(small).list("SELECT 1", row -> 1))
            .isInstanceOfSatisfying(
                StoreFailure.class,
                e -> {
                  assertThat(e.isPoolBusy()).isTrue();
                  assertThat(e.worthRetrying()).isTrue();
                });
      }
    }
    try (HikariDataSource away = new HikariDataSource()) {
      away.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/none");
      away.setConnectionTimeout(250);
      away.setInitializationFailTimeout(-1);
      assertThatThrownBy(() -> new Database(away).list("SELECT 1", row -> 1))
          .isInstanceOfSatisfying(StoreFailure.class, e -> assertThat(e.isPoolBusy()).isFalse());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSourceThatThrowsOrGivesNullIsADatabaseThatCannotBeReachedNow(boolean throwing) {
    Database strange =
        new Database(
            (DataSource)
                Proxy.newProxyInstance(
                    DataSource.class.getClassLoader(),
                    new Class<?>[] {DataSource.class},
                    (_, method, _) -> {
                      if (method.getName().equals("isWrapperFor")) {
                        return false;
                      }
                      if (throwing) {
                        throw new IllegalStateException("the pool is closed");
                      }
                      return null;
                    }));
    List<ThrowingCallable> uses =
        List.of(
            () -> strange.list("SELECT 1", row -> 1),
            () -> strange.update("SELECT 1"),
            () -> strange.tx(tx -> tx.update("SELECT 1")),
            strange::refusesWrites,
            () -> strange.dedicated("a test").list("SELECT 1", row -> 1),
            () -> strange.dedicated("a test").tx(tx -> 1),
            () -> strange.apart("a test", "").list("SELECT 1", row -> 1));
    for (ThrowingCallable use : uses) {
      assertThatThrownBy(use)
          .isInstanceOfSatisfying(
              StoreFailure.class,
              e -> {
                assertThat(e.worthRetrying()).isTrue();
                assertThat(e).hasMessageContaining("the DataSource gave no connection");
              });
    }
  }

  @Test
  void whatIsToFollowACommitFollowsItAndOnlyIt() {
    List<String> told = new ArrayList<>();
    database.tx(tx -> {
      tx.afterCommit(() -> told.add("committed " + numbers()));
      return tx.update("INSERT INTO t VALUES (1)");
    });
    assertThatThrownBy(() ->
            database.tx(tx -> {
              tx.afterCommit(() -> told.add("never"));
              tx.update("INSERT INTO t VALUES (2)");
              return tx.update("INSERT INTO t VALUES (1)");
            }))
        .isInstanceOfSatisfying(
            StoreFailure.class,
            e -> {
              assertThat(e.isDataError()).isTrue();
              assertThat(e.worthRetrying()).isFalse();
            });
    assertThat(told).containsExactly("committed [1]");
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void anActionThatThrowsChangesNeitherTheEndOfItsTransactionNorTheOtherActions() {
    List<String> told = new ArrayList<>();
    int changed =
        database.tx(tx -> {
          tx.afterCommit(DatabaseTest::fail);
          tx.afterCommit(() -> told.add("committed"));
          return tx.update("INSERT INTO t VALUES (1)");
        });
    assertThatThrownBy(() ->
            database.tx(tx -> {
              tx.unlessCommitted(DatabaseTest::fail);
              tx.unlessCommitted(() -> told.add("rolled back"));
              throw new IllegalArgumentException("no");
            }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(changed).isEqualTo(1);
    assertThat(told).containsExactly("committed", "rolled back");
    assertThat(numbers()).containsExactly(1);
  }

  private static void fail() {
    throw new IllegalStateException("an action failed");
  }

  @Test
  void onlyAConflictIsCertainlyRolledBack() {
    assertThat(failure("40001").isRolledBack()).isTrue();
    assertThat(failure("40P01").isRolledBack()).isTrue();
    assertThat(failure("40003").isRolledBack()).as("the completion is unknown").isFalse();
    assertThat(failure("40003").worthRetrying()).isTrue();
  }

  private static StoreFailure failure(String sqlState) {
    return new StoreFailure(new SQLException("as if", sqlState));
  }

  @Test
  void aSecondConnectionWithinATransactionIsRefusedInsteadOfWaitedFor() {
    assertThatThrownBy(() -> database.tx(_ -> numbers()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("use its Tx");
    assertThat(numbers()).isEmpty();
  }

  private List<Integer> numbers() {
    return database.list("SELECT n FROM t ORDER BY n", row -> row.getInt(1));
  }
}
