package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database as every room above uses it. Safe for use by many threads; each call borrows one
 * connection and gives it back before it returns.
 *
 * <p>All methods throw {@link StoreFailure}, which says whether trying again can help.
 */
public final class Database implements Sql {

  /** Work within a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Tx tx);
  }

  /** Whoever is inside a transaction and asks for a second connection may wait for himself. */
  private static final ThreadLocal<Boolean> IN_TX = ThreadLocal.withInitial(() -> false);

  private final DataSource source;

  /** The caller owns the source and closes it after everything that uses this database. */
  public Database(DataSource source) {
    this.source = source;
  }

  /** Runs {@code work} in a transaction at READ COMMITTED; commits it unless the work throws. */
  public <T> T tx(Work<T> work) {
    Tx tx;
    T result;
    boolean outer = IN_TX.get();
    try (Connection connection = borrow()) {
      IN_TX.set(true);
      connection.setAutoCommit(false);
      tx = Tx.ours(connection);
      result = workOrRollBack(connection, tx, work);
    } catch (SQLException e) {
      throw new StoreFailure(e);
    } finally {
      IN_TX.set(outer);
    }
    tx.committed();
    return result;
  }

  static <T> T workOrRollBack(Connection connection, Tx tx, Work<T> work) throws SQLException {
    boolean done = false;
    try {
      T result = work.in(tx);
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        rollBack(connection);
        tx.notCommitted();
      }
    }
  }

  /** A rollback that fails means the connection is gone, and the transaction with it. */
  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException _) {
      // The failure that led here is the one to tell.
    }
  }

  /** Runs one statement in a transaction of its own and returns how many rows it changed. */
  @Override
  public int update(String sql, @Nullable Object... values) {
    try (Connection connection = autoCommit()) {
      return Statements.update(connection, sql, values);
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }

  /** Runs one statement in a transaction of its own and returns its rows. */
  @Override
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    try (Connection connection = autoCommit()) {
      return Statements.list(connection, sql, row, values);
    } catch (SQLException e) {
      throw new StoreFailure(e);
    }
  }

  /** A connection kept for one purpose; the caller closes it. */
  public Session dedicated(String purpose) {
    return dedicated(purpose, "");
  }

  /**
   * As {@link #dedicated(String)}, for what leaves something behind in its session.
   *
   * @param farewell the statement that undoes it, before the connection goes back to its pool
   */
  Session dedicated(String purpose, String farewell) {
    return new Session(source, purpose, farewell);
  }

  private Connection autoCommit() throws SQLException {
    Connection connection = borrow();
    boolean ready = false;
    try {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      ready = true;
      return connection;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }

  private Connection borrow() throws SQLException {
    if (IN_TX.get()) {
      throw new IllegalStateException(
          "this thread is inside a transaction: use its Tx, since a second connection could wait"
              + " for ever for the first");
    }
    return source.getConnection();
  }
}
