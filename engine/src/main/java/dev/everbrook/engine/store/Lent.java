package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A connection that is lent out; closing this restores its original setup and gives it back. Used
 * by one thread, except that {@link #abort} may come from any.
 */
final class Lent implements AutoCloseable {

  /**
   * How long a transaction may be idle before the database ends it: less than a lease. Otherwise
   * the transaction of a stopped process would keep its node's row locked, and the node could not
   * be declared dead.
   */
  static final Duration IDLE_IN_TX_MAX = Duration.ofSeconds(10);

  /** Bypasses the pool, which would otherwise record the changed level as the connection's own. */
  private static final String ISOLATION =
      "SELECT set_config('default_transaction_isolation', ?, false)";

  static final String READ_COMMITTED = "read committed";

  private static final String LIMIT =
      "SELECT set_config('idle_in_transaction_session_timeout', ?, true)";

  /**
   * The setup of a connection.
   *
   * @param isolation the default level of its transactions, by PostgreSQL's name
   * @param limited whether the session already limits idle transactions
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

  /** Begins a transaction that the database ends if it is idle too long. */
  Tx begin() throws SQLException {
    connection.setAutoCommit(false);
    if (!manners.limited()) {
      Statements.list(connection, LIMIT, row -> true, Long.toString(IDLE_IN_TX_MAX.toMillis()));
    }
    return Tx.ours(connection);
  }

  /** From now on a reply that takes longer than this breaks the connection. */
  void answerWithin(Duration most) throws SQLException {
    if (networkMs < 0) {
      networkMs = connection.getNetworkTimeout();
    }
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(most.toMillis()));
  }

  /** Fails a running statement; the connection is unusable afterwards. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // The connection is broken already.
    }
  }

  /** Gives the connection back; a pool discards a broken one. */
  @Override
  public void close() {
    back.accept(this);
    restore();
    try {
      connection.close();
    } catch (SQLException _) {
      // The connection was broken; nothing is left to give back.
    }
  }

  private void restore() {
    try {
      if (!manners.isReadCommitted() || networkMs >= 0) {
        reset();
      }
    } catch (SQLException _) {
      // The connection is broken, so its setup does not matter.
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
