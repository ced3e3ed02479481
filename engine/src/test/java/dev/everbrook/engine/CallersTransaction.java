package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import javax.sql.DataSource;

/** The two ways in which an application has a transaction of its own. */
public enum CallersTransaction {
  /** The engine's, whose end it tells. */
  TX,
  /** That of a connection, which the application commits. */
  CONNECTION;

  /** Runs an action in such a transaction, which is then committed, or rolled back. */
  public <T> T run(DataSource source, boolean commits, Function<Tx, T> action) throws SQLException {
    if (this == TX) {
      return ours(new Database(source), commits, action);
    }
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      T result = action.apply(Tx.joining(connection));
      if (commits) {
        connection.commit();
      } else {
        connection.rollback();
      }
      return result;
    }
  }

  private static <T> T ours(Database database, boolean commits, Function<Tx, T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      database.run(tx -> {
        result.complete(action.apply(tx));
        if (!commits) {
          throw new CancellationException("rolled back");
        }
      });
    } catch (CancellationException _) {
      assertThat(commits).isFalse();
    }
    return result.join();
  }
}
