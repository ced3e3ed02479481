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
 * A transaction in progress. Used by one thread, for as long as the work handed to {@link
 * Database#tx} runs; what fails in it throws {@link StoreFailure} and the whole is rolled back.
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
   * Takes part in a transaction that the caller began on this connection and will commit; nothing
   * here commits or rolls back. Since that moment is not told, what others would be told after the
   * commit they find by looking, some milliseconds later.
   *
   * @throws IllegalArgumentException if nothing could be done in it: the connection commits each
   *     statement by itself, the transaction is read-only, has failed already, or is not at READ
   *     COMMITTED. At another level it would not see what others have changed since it began, and
   *     would lose it: the past of a fork, for one
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
              + ", where it would miss what others write meanwhile: begin it at READ COMMITTED, with"
              + " connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED)");
    }
    if (row.getBoolean(2)) {
      throw new IllegalArgumentException(
          "the transaction on this connection is read-only: begin one that may write, with"
              + " connection.setReadOnly(false)");
    }
    return true;
  }

  /** Whether this transaction's end is known here, so that {@link #afterCommit} is honoured. */
  public boolean tellsItsEnd() {
    return ours;
  }

  /**
   * Runs {@code action} once the transaction has committed, after those that came before it; never,
   * if it does not. What an action throws is logged and changes nothing: the transaction stands,
   * its caller is told so, and the other actions are run.
   */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  /**
   * Runs {@code action} if the transaction is rolled back, or if it is not known whether it was.
   * What it throws is logged, as that of {@link #afterCommit} is.
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

  /** A rollback that fails means the connection is gone, and the transaction with it. */
  private void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException _) {
      // The failure that led here is the one to tell.
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
    } catch (Throwable e) { // wide: the transaction has ended, whatever follows it
      log.error("what was to follow a transaction failed; that stays as it ended", e);
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
