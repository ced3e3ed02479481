package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in progress. Used by one thread, for as long as the work handed to {@link
 * Database#tx} runs; what fails in it throws {@link StoreFailure} and the whole is rolled back.
 */
public final class Tx implements Sql {

  private final Connection connection;
  private final boolean ours;
  private final List<Runnable> afterCommit = new ArrayList<>();
  private final List<Runnable> unlessCommitted = new ArrayList<>();

  private Tx(Connection connection, boolean ours) {
    this.connection = connection;
    this.ours = ours;
  }

  static Tx ours(Connection connection) {
    return new Tx(connection, true);
  }

  /**
   * Takes part in a transaction that the caller began on this connection and will commit; nothing
   * here commits or rolls back. Since nobody tells when that happens, what others would be told
   * after the commit they find by looking, some milliseconds later.
   *
   * @throws IllegalArgumentException if the connection commits each statement by itself
   */
  public static Tx joining(Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the connection is in auto-commit mode: begin a transaction on it with"
                + " setAutoCommit(false), and commit that when all is done");
      }
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
    return new Tx(connection, false);
  }

  /** Whether this transaction's end is known here, so that {@link #afterCommit} is honoured. */
  public boolean tellsItsEnd() {
    return ours;
  }

  /** Runs {@code action} once the transaction has committed; never, if it does not. */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  /**
   * Runs {@code action} if the transaction is rolled back, or if nobody can tell whether it was.
   */
  public void unlessCommitted(Runnable action) {
    unlessCommitted.add(action);
  }

  void committed() {
    afterCommit.forEach(Runnable::run);
  }

  void notCommitted() {
    unlessCommitted.forEach(Runnable::run);
  }

  @Override
  public int update(String sql, @Nullable Object... values) {
    try {
      return Statements.update(connection, sql, values);
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }

  @Override
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    try {
      return Statements.list(connection, sql, row, values);
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }
}
