package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database for all rooms above. Safe for use by many threads; each call borrows one connection
 * and returns it at its end.
 *
 * <p>All methods throw {@link StoreFailure}, which says whether a retry can help.
 */
public final class Database implements Sql {

  /**
   * Set inside a transaction: a thread that borrows a second connection there may wait for itself.
   */
  private static final ThreadLocal<Boolean> IN_TX = ThreadLocal.withInitial(() -> false);

  private final DataSource source;
  private final Lending lending = new Lending();
  private final Writability writability = new Writability();

  /** The caller owns the source and closes it after all users of this database. */
  public Database(DataSource source) {
    this.source = source;
  }

  /**
   * Runs {@code work} in a transaction at READ COMMITTED; commits it unless the work throws. The
   * database ends it if it is idle for {@link Lent#IDLE_IN_TX_MAX}.
   *
   * @throws StoreFailure if the database fails
   * @throws IllegalStateException inside another {@code tx} of the same thread, as all methods that
   *     borrow a connection: a second one could wait forever for the first
   */
  public <T> T tx(Tx.Work<T> work) {
    Tx tx;
    T result;
    boolean outer = IN_TX.get();
    try (var _ = DatabaseWait.begin();
        Lent lent = borrow()) {
      IN_TX.set(true);
      tx = lent.begin();
      result = tx.commit(work);
      DatabaseWait.serve();
    } catch (SQLException e) {
      throw failure(e);
    } catch (StoreFailure e) {
      if (e.getCause() instanceof SQLException cause) {
        writability.note(cause); // of a statement within
      }
      throw e;
    } finally {
      IN_TX.set(outer);
    }
    tx.committed();
    return result;
  }

  /** As {@link #tx}, for work that yields nothing. */
  public void run(Consumer<Tx> work) {
    tx(tx -> {
      work.accept(tx);
      return true;
    });
  }

  /** Runs one statement in a transaction of its own and returns how many rows it changed. */
  @Override
  public int update(String sql, @Nullable Object... values) {
    try (var _ = DatabaseWait.begin();
        Lent lent = borrow()) {
      int changed = Statements.update(lent.connection(), sql, values);
      DatabaseWait.serve();
      return changed;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** Runs one statement and rolls it back. */
  private void rolledBack(String sql) {
    try (Lent lent = borrow()) {
      lent.begin();
      try {
        Statements.update(lent.connection(), sql);
      } finally {
        lent.connection().rollback();
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /**
   * The reason why the database answers but refuses writes: its disk is full, or it is a standby.
   * Queries the database.
   *
   * @throws StoreFailure if the query fails
   */
  public Optional<String> refusesWrites() {
    return writability.refusal(this, this::rolledBack);
  }

  private StoreFailure failure(SQLException e) {
    writability.note(e);
    return new StoreFailure(e);
  }

  /** Runs one statement in a transaction of its own and returns its rows. */
  @Override
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    try (var _ = DatabaseWait.begin();
        Lent lent = borrow()) {
      List<T> rows = Statements.list(lent.connection(), sql, row, values);
      DatabaseWait.serve();
      return rows;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** A connection kept for one purpose; the caller closes it. */
  public Session dedicated(String purpose) {
    return dedicated(purpose, "");
  }

  /**
   * As {@link #dedicated(String)}, for a purpose that leaves state in the session.
   *
   * @param farewell the statement that clears this state before the connection returns to its pool
   */
  Session dedicated(String purpose, String farewell) {
    return new Session(this::open, purpose, farewell).noting(writability::note);
  }

  /**
   * A connection for a purpose that must not wait for the application. It is taken from beneath the
   * pool if possible, and {@link #breakOff} spares it.
   */
  Session apart(String purpose, String farewell) {
    Beneath beneath = new Beneath(source);
    Lending spared = new Lending();
    return new Session(() -> spared.lend(beneath.open()), purpose, farewell, beneath::isOver)
        .noting(writability::note);
  }

  /**
   * Aborts running statements, whose threads get a {@link StoreFailure}, and begins no others. The
   * last resort when a node has to close.
   */
  public void breakOff() {
    lending.breakOff();
  }

  private Lent borrow() throws SQLException {
    if (IN_TX.get()) {
      throw new IllegalStateException(
          "this thread is inside a transaction: use its Tx, since a second connection could wait"
              + " for ever for the first");
    }
    return open();
  }

  private Lent open() throws SQLException {
    Connection fresh = Lending.borrow(source);
    DatabaseWait.next();
    return lending.lend(fresh);
  }
}
