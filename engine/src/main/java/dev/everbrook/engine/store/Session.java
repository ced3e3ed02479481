package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection kept for one purpose, so that a beat or a flush never waits for a pool. After a
 * failure the connection is discarded and the next statement opens a new one.
 *
 * <p>Not safe for concurrent use, except that {@link #close} may come from any thread and ends a
 * running statement.
 */
public final class Session implements Sql, AutoCloseable {

  /** Opens the session's connection. */
  @FunctionalInterface
  interface Source {
    Lent open() throws SQLException;
  }

  private final Source source;
  private final String purpose;
  private final String farewell;
  private final BooleanSupplier over;
  private Duration answerMax = Duration.ZERO;
  private Consumer<SQLException> noting = _ -> {};
  private volatile @Nullable Lent lent;
  private volatile boolean busy;
  private volatile boolean closed;

  Session(Source source, String purpose, String farewell) {
    this(source, purpose, farewell, () -> false);
  }

  /**
   * @param over whether the application has closed its pool
   */
  Session(Source source, String purpose, String farewell, BooleanSupplier over) {
    this.source = source;
    this.purpose = purpose;
    this.farewell = farewell;
    this.over = over;
  }

  /**
   * Sets how long a reply may take before the connection counts as broken. Call it before the first
   * statement.
   */
  Session answeringWithin(Duration most) {
    answerMax = most;
    return this;
  }

  /** Reports each failure to {@code failures}. Call it before the first statement. */
  Session noting(Consumer<SQLException> failures) {
    noting = failures;
    return this;
  }

  /** As {@link #answeringWithin}, from now on. */
  void answerWithin(Duration most) {
    answerMax = most;
    Lent current = lent;
    if (current != null) {
      try {
        current.answerWithin(most);
      } catch (SQLException e) {
        giveBack();
        throw new StoreFailure(e);
      }
    }
  }

  /** Runs a query in a transaction of its own. */
  @Override
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    return served(() -> on(it -> Statements.list(it, sql, row, values)));
  }

  /** Runs a statement in a transaction of its own and returns how many rows it changed. */
  @Override
  public int update(String sql, @Nullable Object... values) {
    return served(() -> on(it -> Statements.update(it, sql, values)));
  }

  /**
   * Counts the statement for {@link DatabaseWait}. Listening is not counted, since the database may
   * stay silent.
   */
  private static <T> T served(Supplier<T> use) {
    try (var _ = DatabaseWait.begin()) {
      T result = use.get();
      DatabaseWait.serve();
      return result;
    }
  }

  /**
   * Runs {@code work} in a transaction at READ COMMITTED; commits it unless the work throws.
   *
   * @throws StoreFailure if the work or the commit fails. After a failed commit the outcome is
   *     unknown, unless {@link StoreFailure#isRolledBack} holds
   */
  public <T> T tx(Tx.Work<T> work) {
    List<Tx> begun = new ArrayList<>(1);
    boolean usable = false;
    T result;
    try (var _ = DatabaseWait.begin()) {
      result =
          onLent(it -> {
            begun.add(it.begin());
            return begun.getFirst().commit(work);
          });
      usable = true;
      DatabaseWait.serve();
    } catch (StoreFailure e) {
      usable = e.sparesConnection();
      if (e.getCause() instanceof SQLException cause) {
        noting.accept(cause); // of a statement within
      }
      throw e;
    } finally {
      leave(usable);
    }
    begun.forEach(Tx::committed);
    return result;
  }

  /** Leaves the transaction; on a usable connection it has ended, by commit or rollback. */
  private void leave(boolean usable) {
    Lent last = lent;
    if (last == null) {
      return;
    }
    try {
      last.connection().setAutoCommit(true);
      if (usable) {
        return;
      }
      sayFarewell();
    } catch (SQLException _) {
      // The connection is unusable as well.
    }
    giveBack();
  }

  /** Whether the next statement will use an existing connection. */
  public boolean isConnected() {
    return lent != null && !over.getAsBoolean();
  }

  interface Use<T> {
    T of(Connection connection) throws SQLException;
  }

  private interface LentUse<T> {
    T of(Lent lent) throws SQLException;
  }

  <T> T on(Use<T> use) {
    return onLent(it -> use.of(it.connection()));
  }

  private <T> T onLent(LentUse<T> use) {
    busy = true;
    try {
      return use.of(connected());
    } catch (SQLException e) {
      noting.accept(e);
      StoreFailure failure = new StoreFailure(e);
      if (!failure.sparesConnection()) {
        sayFarewell();
        giveBack();
      }
      throw failure;
    } finally {
      busy = false;
    }
  }

  private Lent connected() throws SQLException {
    Lent current = lent;
    if (current != null && over.getAsBoolean()) {
      giveBack();
      throw new SQLException("the DataSource of " + purpose + " has been closed", "08003");
    }
    if (current != null) {
      return current;
    }
    Lent fresh = source.open();
    lent = fresh;
    if (answerMax.isPositive()) {
      fresh.answerWithin(answerMax);
    }
    if (closed) {
      giveBack();
      throw new SQLException("the session for " + purpose + " is closed", "08003");
    }
    return fresh;
  }

  private void giveBack() {
    Lent last = lent;
    lent = null;
    if (last != null) {
      last.close();
    }
  }

  /**
   * Gives the connection back in its original state. If a statement is running, the connection is
   * aborted instead, so that this does not wait.
   */
  @Override
  public void close() {
    closed = true;
    Lent last = lent;
    if (last == null) {
      return;
    }
    if (busy) {
      last.abort();
    } else {
      sayFarewell();
    }
    giveBack();
  }

  /** Clears the session's state; a broken connection has lost it already. */
  private void sayFarewell() {
    Lent last = lent;
    if (last == null || farewell.isEmpty()) {
      return;
    }
    try (Statement statement = last.connection().createStatement()) {
      statement.execute(farewell);
    } catch (SQLException _) {
      // The connection is broken, and its state is gone with it.
    }
  }
}
