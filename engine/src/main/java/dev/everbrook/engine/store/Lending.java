package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * The connections currently lent out, so that all can be aborted together. Safe for use by many
 * threads.
 *
 * <p>Each is lent in auto-commit mode and at READ COMMITTED, whatever the defaults of its pool,
 * role or database: a statement must see changes that others have committed meanwhile. The setup of
 * a connection is queried once in its life.
 */
final class Lending {

  /** A session with its own limit up to this needs no other. */
  private static final Duration IDLE_LIMIT_KNOWN = Duration.ofMinutes(1);

  private static final String CANNOT_CONNECT = "08001";

  private static final String MANNERS =
      """
      SELECT current_setting('default_transaction_isolation'),
             extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)
      """;

  private final Map<PGConnection, Lent.Manners> known = new WeakHashMap<>();
  private final Set<Lent> out = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  /**
   * Borrows a connection. A DataSource is foreign code: any exception or null counts as a failure
   * to connect.
   */
  static Connection borrow(DataSource source) throws SQLException {
    Optional<Connection> fresh;
    try {
      fresh = Optional.ofNullable(source.getConnection());
    } catch (RuntimeException e) { // wide: a pool is foreign code
      throw new SQLException("the DataSource gave no connection but threw " + e, CANNOT_CONNECT, e);
    }
    return fresh.orElseThrow(
        () -> new SQLException("the DataSource gave no connection but null", CANNOT_CONNECT));
  }

  /** Lends out a freshly opened connection; closing the result gives it back. */
  Lent lend(Connection fresh) throws SQLException {
    boolean lent = false;
    try {
      Lent result = mannered(fresh);
      lent = true;
      return result;
    } finally {
      if (!lent) {
        fresh.close();
      }
    }
  }

  private Lent mannered(Connection fresh) throws SQLException {
    if (!fresh.getAutoCommit()) {
      fresh.setAutoCommit(true);
    }
    Lent.Manners manners = manners(fresh);
    if (!manners.isReadCommitted()) {
      Lent.isolate(fresh, Lent.READ_COMMITTED);
    }
    Lent lent = new Lent(fresh, manners, out::remove);
    out.add(lent);
    if (over) {
      out.remove(lent);
      throw new SQLException("this node is closing and begins nothing", "08003");
    }
    return lent;
  }

  private Lent.Manners manners(Connection connection) throws SQLException {
    PGConnection physical = connection.unwrap(PGConnection.class);
    synchronized (known) {
      Lent.Manners found = known.get(physical);
      if (found != null) {
        return found;
      }
    }
    Lent.Manners asked = ask(connection);
    synchronized (known) {
      known.put(physical, asked);
    }
    return asked;
  }

  private static Lent.Manners ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(MANNERS)) {
      row.next();
      double limit = row.getDouble(2);
      return new Lent.Manners(row.getString(1), limit > 0 && limit <= IDLE_LIMIT_KNOWN.toSeconds());
    }
  }

  /** Aborts all running statements, and lends nothing from now on. */
  void breakOff() {
    over = true;
    List.copyOf(out).forEach(Lent::abort);
  }
}
