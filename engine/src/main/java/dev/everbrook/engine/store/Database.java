package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database as every room above uses it. Safe for use by many threads; each call borrows one
 * connection and gives it back before it returns.
 *
 * <p>All methods throw {@link StoreFailure}, which says whether trying again can help.
 */
public final class Database implements Sql {

  /** A thread inside a transaction that asks for a second connection may wait for itself. */
  private static final ThreadLocal<Boolean> IN_TX = ThreadLocal.withInitial(() -> false);

  private final DataSource source;
  private final Lending lending = new Lending();
  private final Writability writability = new Writability();

  /** The caller owns the source and closes it after everything that uses this database. */
  public Database(DataSource source) {
    this.source = source;
  }

  /**
   * Runs {@code work} in a transaction at READ COMMITTED; commits it unless the work throws. The
   * database ends it when nothing happens in it for {@link Lent#IDLE_IN_TX_MAX}.
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

  /** Runs one statement and takes back what it did. */
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
   * Why the database takes nothing that is written, though it answers: its disk is full, or it is a
   * standby. Asks it.
   *
   * @throws StoreFailure if it cannot be asked
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
   * As {@link #dedicated(String)}, for what leaves something behind in its session.
   *
   * @param farewell the statement that undoes it, before the connection goes back to its pool
   */
  Session dedicated(String purpose, String farewell) {
    return new Session(this::open, purpose, farewell).noting(writability::note);
  }

  /**
   * A connection kept for what must not wait for the application: it is taken from beneath the pool
   * where that can be done, and {@link #breakOff} spares it.
   */
  Session apart(String purpose, String farewell) {
    Beneath beneath = new Beneath(source);
    Lending spared = new Lending();
    return new Session(() -> spared.lend(beneath.open()), purpose, farewell, beneath::isOver)
        .noting(writability::note);
  }

  /**
   * Breaks off the statements that are under way, so that their threads go on with a {@link
   * StoreFailure}, and begins no others: what is left when a node has to close.
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
