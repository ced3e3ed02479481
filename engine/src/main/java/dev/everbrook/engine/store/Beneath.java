package dev.everbrook.engine.store;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections beneath the application's pool, for parts that must not wait until the
 * application returns one: after a restart of the database all threads want one at once. For a
 * HikariCP pool, they come from the pool's own source, with the pool's credentials and its initial
 * statement. For any other, they come from the DataSource itself, which is equally good if it is
 * not a pool. Safe for use by many threads.
 */
final class Beneath {

  private static final String TOO_MANY = "53300";

  private final DataSource source;
  private final @Nullable HikariDataSource pool;

  Beneath(DataSource source) {
    this.source = source;
    this.pool = pool(source);
  }

  private static @Nullable HikariDataSource pool(DataSource source) {
    try {
      return source.isWrapperFor(HikariDataSource.class)
          ? source.unwrap(HikariDataSource.class)
          : null;
    } catch (SQLException _) {
      return null; // without an answer, the source is used directly
    }
  }

  /** Whether the application has closed its pool, so that no connection may stay open. */
  boolean isOver() {
    return pool != null && pool.isClosed();
  }

  /** Opens a connection; borrows one from the pool if the server has no room for more. */
  Connection open() throws SQLException {
    HikariDataSource over = pool;
    Optional<DataSource> own = over == null ? Optional.empty() : own(over);
    if (over == null || own.isEmpty()) {
      return Lending.borrow(source);
    }
    if (over.isClosed()) {
      throw new SQLException("the DataSource has been closed", "08003");
    }
    try {
      return open(over, own.get());
    } catch (SQLException e) {
      if (TOO_MANY.equals(e.getSQLState())) {
        return Lending.borrow(source);
      }
      throw e;
    }
  }

  /** The pool's own source; empty before the first use of the pool. */
  private static Optional<DataSource> own(HikariDataSource over) {
    return over.getHikariPoolMXBean() instanceof HikariPool inner
        ? Optional.ofNullable(inner.getUnwrappedDataSource())
        : Optional.empty();
  }

  private static Connection open(HikariDataSource over, DataSource own) throws SQLException {
    String user = over.getUsername();
    Connection fresh =
        user == null ? own.getConnection() : own.getConnection(user, over.getPassword());
    boolean ready = false;
    try {
      String first = over.getConnectionInitSql();
      if (first != null) {
        try (Statement statement = fresh.createStatement()) {
          statement.execute(first);
        }
      }
      ready = true;
      return fresh;
    } finally {
      if (!ready) {
        fresh.close();
      }
    }
  }
}
