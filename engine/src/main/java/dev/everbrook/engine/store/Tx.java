package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transaction in progress. Used by one thread, while the work of {@link Database#tx} runs. A
 * failed statement throws {@link StoreFailure}, and the whole transaction is rolled back.
 */
public final class Tx implements Sql {

  /** Work within a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Tx tx);
  }

  private static final Logger log = LoggerFactory.getLogger(Tx.class);

  private static final String FAILED_ALREADY = "25P02";

  private static final String MANNERS =
      """
      SELECT current_setting('transaction_isolation'),
             current_setting('transaction_read_only')::boolean
      """;

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
   * Joins a transaction that the caller began on this connection and will end; nothing here commits
   * or rolls back. The moment of the commit is unknown here, so there is no wake-up after it: other
   * parts find the changes with their next look, some milliseconds later.
   *
   * @throws IllegalArgumentException if the transaction is unusable: the connection is in
   *     auto-commit mode, or the transaction is read-only, has failed already, or is not at READ
   *     COMMITTED. At another level it would not see changes committed since it began, and could
   *     lose them, for example the past of a fork
   */
  public static Tx joining(Connection connection) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the connection is in auto-commit mode: begin a transaction on it with"
                + " setAutoCommit(false), and commit that when all is done");
      }
      Statements.list(connection, MANNERS, Tx::refuseOthers);
    } catch (SQLException e) {
      if (FAILED_ALREADY.equals(e.getSQLState())) {
        throw new IllegalArgumentException(
            "the transaction on this connection has failed already: roll it back, and begin anew",
            e);
      }
      throw new StoreFailure(e);
    }
    return new Tx(connection, false);
  }

  private static boolean refuseOthers(ResultSet row) throws SQLException {
    String isolation = row.getString(1);
    if (!isolation.equals("read committed") && !isolation.equals("read uncommitted")) {
      throw new IllegalArgumentException(
          "the transaction on this connection is at "
              + isolation.toUpperCase(Locale.ROOT)
              + ", where it would miss concurrent changes: begin it at READ COMMITTED, with"
              + " connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED)");
    }
    if (row.getBoolean(2)) {
      throw new IllegalArgumentException(
          "the transaction on this connection is read-only: begin one that may write, with"
              + " connection.setReadOnly(false)");
    }
    return true;
  }

  /** Whether this transaction's end is known here, so that {@link #afterCommit} actions run. */
  public boolean tellsItsEnd() {
    return ours;
  }

  /**
   * Runs {@code action} after the transaction has committed, in the order of registration; never
   * runs it if the transaction does not commit. An exception of an action is logged and changes
   * nothing: the transaction stays committed, its caller gets the result, and the other actions
   * run.
   */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  /**
   * Runs {@code action} if the transaction is rolled back or its outcome is unknown. Exceptions are
   * logged, as for {@link #afterCommit}.
   */
  public void unlessCommitted(Runnable action) {
    unlessCommitted.add(action);
  }

  /** Runs {@code work} and commits; rolls back if either throws. */
  <T> T commit(Work<T> work) throws SQLException {
    boolean done = false;
    try {
      T result = work.in(this);
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        rollBack();
        notCommitted();
      }
    }
  }

  /**
   * Rolls back; a failed rollback means that the connection is gone, and the transaction with it.
   */
  private void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException _) {
      // The original failure is the one to report.
    }
  }

  void committed() {
    afterCommit.forEach(Tx::run);
  }

  private void notCommitted() {
    unlessCommitted.forEach(Tx::run);
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // wide: a failed action cannot change the ended transaction
      log.error("an action after a transaction failed; the transaction keeps its outcome", e);
    }
  }

  @Override
  public int update(String sql, @Nullable Object... values) {
    try {
      int changed = Statements.update(connection, sql, values);
      DatabaseWait.next();
      return changed;
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }

  @Override
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    try {
      List<T> rows = Statements.list(connection, sql, row, values);
      DatabaseWait.next();
      return rows;
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }
}
