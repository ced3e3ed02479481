package dev.everbrook.server.testing;

import dev.everbrook.engine.store.BeforeSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * A pool that has no connection for a request that has written something, as if others had taken
 * all: for so many of its further tries, one thread being one request. The engine's own threads
 * find what they need.
 */
public final class LostConnections extends BeforeSource {

  private static final Pattern CHANGE =
      Pattern.compile("\\b(INSERT INTO|UPDATE|DELETE FROM) EVERBROOK\\b");

  private final DataSource pool;
  private static final ThreadLocal<Integer> missing = ThreadLocal.withInitial(() -> 0);
  private volatile int misses;
  private volatile boolean none;

  public LostConnections(DataSource pool) {
    super(pool);
    this.pool = pool;
  }

  /** From now on a request that wrote something misses so many connections. */
  public void missing(int times) {
    misses = times;
  }

  /** Whether no request finds any. */
  public void none(boolean none) {
    this.none = none;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (!isRequest()) {
      return other();
    }
    int left = missing.get();
    if (left > 0 || none) {
      missing.set(left - 1);
      throw new SQLTransientConnectionException("Connection is not available");
    }
    return watched(other());
  }

  private static boolean isRequest() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames.anyMatch(it -> it.getClassName().equals("dev.everbrook.server.http.edge.Edge")));
  }

  private Connection watched(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            LostConnections.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, values) -> {
              if (method.getName().equals("prepareStatement") && writes((String) values[0])) {
                missing.set(misses);
              }
              try {
                return method.invoke(connection, values);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  private static boolean writes(String sql) {
    String statement = sql.strip().toUpperCase(Locale.ROOT);
    return statement.startsWith("INSERT")
        || statement.startsWith("UPDATE")
        || statement.startsWith("DELETE")
        || statement.startsWith("WITH") && CHANGE.matcher(statement).find();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return pool.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return pool.isWrapperFor(type);
  }
}
