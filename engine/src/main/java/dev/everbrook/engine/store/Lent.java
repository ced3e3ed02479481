package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A connection that is lent out; closing this gives it back as it was found. Used by one thread,
 * but {@link #abort} may come from any.
 */
final class Lent implements AutoCloseable {

  /**
   * How long a transaction may do nothing before the database ends it: less than a lease. A process
   * that stands still holds the row of its node by it, and the node cannot be declared dead.
   */
  static final Duration IDLE_IN_TX_MAX = Duration.ofSeconds(10);

  /** Past the pool, which would take what it knows of the connection for what that was. */
  private static final String ISOLATION =
      "SELECT set_config('default_transaction_isolation', ?, false)";

  static final String READ_COMMITTED = "read committed";

  private static final String LIMIT =
      "SELECT set_config('idle_in_transaction_session_timeout', ?, true)";

  /**
   * How a connection was set up.
   *
   * @param isolation of its transactions, as PostgreSQL names the levels
   * @param limited whether a transaction in which nothing happens is ended by itself
   */
  record Manners(String isolation, boolean limited) {

    boolean isReadCommitted() {
      return isolation.equals(READ_COMMITTED);
    }
  }

  private final Connection connection;
  private final Manners manners;
  private final Consumer<Lent> back;
  private int networkMs = -1;

  Lent(Connection connection, Manners manners, Consumer<Lent> back) {
    this.connection = connection;
    this.manners = manners;
    this.back = back;
  }

  Connection connection() {
    return connection;
  }

  /** Begins a transaction that the database ends if nothing happens in it. */
  Tx begin() throws SQLException {
    connection.setAutoCommit(false);
    if (!manners.limited()) {
      Statements.list(connection, LIMIT, row -> true, Long.toString(IDLE_IN_TX_MAX.toMillis()));
    }
    return Tx.ours(connection);
  }

  /** From here on a reply that does not come in this time breaks the connection. */
  void answerWithin(Duration most) throws SQLException {
    if (networkMs < 0) {
      networkMs = connection.getNetworkTimeout();
    }
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(most.toMillis()));
  }

  /** A statement under way fails; the connection is of no use any more. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // It is broken already.
    }
  }

  /** A pool throws away what is broken. */
  @Override
  public void close() {
    back.accept(this);
    restore();
    try {
      connection.close();
    } catch (SQLException _) {
      // It was broken; there is nothing left to give back.
    }
  }

  private void restore() {
    try {
      if (!manners.isReadCommitted() || networkMs >= 0) {
        reset();
      }
    } catch (SQLException _) {
      // It is broken, and so goes nowhere.
    }
  }

  private void reset() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true);
    }
    if (networkMs >= 0) {
      connection.setNetworkTimeout(Runnable::run, networkMs);
    }
    if (!manners.isReadCommitted()) {
      isolate(connection, manners.isolation());
    }
  }

  static void isolate(Connection connection, String level) throws SQLException {
    Statements.list(connection, ISOLATION, row -> true, level);
  }
}
