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
 * failure the connection is thrown away and the next statement makes a new one.
 *
 * <p>Not safe for concurrent use, but {@link #close} may come from any thread and ends a statement
 * that is under way.
 */
public final class Session implements AutoCloseable {

  /** Where its connection comes from. */
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
   * @param over whether the application wants no connection to be open any more
   */
  Session(Source source, String purpose, String farewell, BooleanSupplier over) {
    this.source = source;
    this.purpose = purpose;
    this.farewell = farewell;
    this.over = over;
  }

  /**
   * Says how long the database may take over a reply before its connection counts as broken; before
   * the first statement.
   */
  Session answeringWithin(Duration most) {
    answerMax = most;
    return this;
  }

  /** Tells of each failure; before the first statement. */
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
  public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    return served(() -> on(it -> Statements.list(it, sql, row, values)));
  }

  /** Runs a statement in a transaction of its own and returns how many rows it changed. */
  public int update(String sql, @Nullable Object... values) {
    return served(() -> on(it -> Statements.update(it, sql, values)));
  }

  /** Of what only listens it is not counted whether the database serves it: it may say nothing. */
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
   * @throws StoreFailure of the work, or of the commit: then it is not known whether it was carried
   *     out, unless {@link StoreFailure#isRolledBack} says so
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

  /** After a transaction, which has ended one way or another if the connection is of use. */
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
      // Of no use either.
    }
    giveBack();
  }

  /** Whether the next statement will go over a connection that has served before. */
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
   * Gives the connection back as it was found; one that is in the middle of a statement is broken
   * off instead, so that this does not wait for it.
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

  /** Undoes what the session left behind; on a broken connection that is gone already. */
  private void sayFarewell() {
    Lent last = lent;
    if (last == null || farewell.isEmpty()) {
      return;
    }
    try (Statement statement = last.connection().createStatement()) {
      statement.execute(farewell);
    } catch (SQLException _) {
      // The connection is broken, and what it held is gone with it.
    }
  }
}
