package dev.everbrook.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.time.Duration;

/** Opens the pool of connections for a process without a DataSource of its own. */
public final class Pool {

  /**
   * Connections that the engine keeps for one purpose each: flush and appends, and also beat and
   * bell if the server has no room for connections beneath the pool.
   */
  public static final int DEDICATED = 4;

  /**
   * The initial statement of every connection: plan index lookups only, and compile nothing. Each
   * of the engine's frequent statements has its index. A plan that scans whole tables, made while
   * they were nearly empty, would be kept through minutes of a rush (docs/decisions/013). Without
   * jit = off, PostgreSQL before 18 would compile an unavoidable scan, since the disabled plans
   * raise its estimated cost. An application with a separate pool for the engine should set the
   * same.
   */
  public static final String BY_INDEX =
      "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
          + " SET jit = off";

  private static final Duration BORROW_WAIT = Duration.ofSeconds(10);
  private static final Duration STATEMENT_MAX = Duration.ofSeconds(30);

  /** Longer than the longest statement: only a network that drops all packets takes this long. */
  private static final Duration SOCKET_MAX = Duration.ofSeconds(40);

  private static final Duration IDLE_IN_TX_MAX = Duration.ofSeconds(10);

  private Pool() {}

  /**
   * A pool over a PostgreSQL; the caller closes it last.
   *
   * @param shared connections in addition to the {@link #DEDICATED} ones; two to four per core of
   *     the database work best
   * @throws StoreFailure if the database cannot be reached within 10 s
   */
  public static HikariDataSource open(String url, String user, String password, int shared) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("everbrook");
    config.setJdbcUrl(url);
    if (!user.isEmpty()) {
      config.setUsername(user);
      config.setPassword(password);
    }
    config.setMaximumPoolSize(shared + DEDICATED);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(BORROW_WAIT.toMillis());
    config.setInitializationFailTimeout(BORROW_WAIT.toMillis());
    // A dedicated connection has no maximum age; broken ones are discarded.
    config.setMaxLifetime(0);
    config.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
    config.addDataSourceProperty("ApplicationName", "everbrook");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", Long.toString(SOCKET_MAX.toSeconds()));
    config.setConnectionInitSql(
        "SET statement_timeout = "
            + STATEMENT_MAX.toMillis()
            + "; SET idle_in_transaction_session_timeout = "
            + IDLE_IN_TX_MAX.toMillis()
            + "; "
            + BY_INDEX);
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      throw new StoreFailure("the database cannot be reached: " + e.getMessage());
    }
  }
}
