package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection kept for one purpose, so that a beat or a flush never waits for a pool. After a
 * failure the connection is thrown away and the next statement makes a new one.
 *
 * <p>Not safe for concurrent use, but {@link #close} may come from any thread and ends a statement
 * that is under way.
 */
public final class Session implements AutoCloseable {

  private final DataSource source;
  private final String purpose;
  private final String farewell;
  private volatile @Nullable Connection connection;
  private volatile boolean busy;
  private volatile boolean closed;

  Session(DataSource source, String purpose, String farewell) {
    this.source = source;
    this.purpose = purpose;
    this.farewell = farewell;
  }

  /** Runs a query in a transaction of its own. */
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    return on(it -> Statements.list(it, sql, row, values));
  }

  /** Runs a statement in a transaction of its own and returns how many rows it changed. */
  public int update(String sql, @Nullable Object... values) {
    return on(it -> Statements.update(it, sql, values));
  }

  /**
   * Runs {@code work} in a transaction at READ COMMITTED; commits it unless the work throws.
   *
   * @throws StoreFailure of the work, or of the commit: then nobody knows whether it was carried
   *     out, unless {@link StoreFailure#isRolledBack} says so
   */
  public <T> T tx(Database.Work<T> work) {
    List<Tx> begun = new ArrayList<>(1);
    boolean usable = false;
    T result;
    try {
      result =
          on(it -> {
            it.setAutoCommit(false);
            begun.add(Tx.ours(it));
            return Database.workOrRollBack(it, begun.getFirst(), work);
          });
      usable = true;
    } catch (StoreFailure e) {
      usable = e.isDataError();
      throw e;
    } finally {
      leave(usable);
    }
    begun.forEach(Tx::committed);
    return result;
  }

  /** After a transaction, which has ended one way or another if the connection is of use. */
  private void leave(boolean usable) {
    Connection last = connection;
    if (last == null) {
      return;
    }
    try {
      last.setAutoCommit(true);
      if (usable) {
        return;
      }
    } catch (SQLException _) {
      // Of no use either.
    }
    giveBack();
  }

  /** Whether the next statement will go over a connection that has served before. */
  public boolean isConnected() {
    return connection != null;
  }

  interface Use<T> {
    T of(Connection connection) throws SQLException;
  }

  <T> T on(Use<T> use) {
    busy = true;
    try {
      return use.of(connected());
    } catch (SQLException e) {
      StoreFailure failure = new StoreFailure(e);
      if (!failure.isDataError()) {
        sayFarewell();
        giveBack();
      }
      throw failure;
    } finally {
      busy = false;
    }
  }

  private Connection connected() throws SQLException {
    Connection current = connection;
    if (current != null) {
      return current;
    }
    Connection fresh = source.getConnection();
    if (!fresh.getAutoCommit()) {
      fresh.setAutoCommit(true);
    }
    connection = fresh;
    if (closed) {
      giveBack();
      throw new SQLException("the session for " + purpose + " is closed", "08003");
    }
    return fresh;
  }

  /** A pool throws away what is broken. */
  private void giveBack() {
    Connection last = connection;
    connection = null;
    if (last != null) {
      try {
        last.close();
      } catch (SQLException _) {
        // It was broken; there is nothing left to give back.
      }
    }
  }

  /**
   * Gives the connection back as it was found; one that is in the middle of a statement is broken
   * off instead, so that this does not wait for it.
   */
  @Override
  public void close() {
    closed = true;
    Connection last = connection;
    if (last == null) {
      return;
    }
    if (busy) {
      abort(last);
    } else {
      sayFarewell();
    }
    giveBack();
  }

  /** Undoes what the session left behind; on a broken connection that is gone already. */
  private void sayFarewell() {
    Connection last = connection;
    if (last == null || farewell.isEmpty()) {
      return;
    }
    try (Statement statement = last.createStatement()) {
      statement.execute(farewell);
    } catch (SQLException _) {
      // The connection is broken, and what it held is gone with it.
    }
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // It is broken already.
    }
  }
}
