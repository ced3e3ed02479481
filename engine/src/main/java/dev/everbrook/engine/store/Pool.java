package dev.everbrook.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.time.Duration;

/** Makes the pool of connections for a process that brings no DataSource of its own. */
public final class Pool {

  /**
   * Connections that the engine keeps for one purpose each: flush and appends, and beat and bell,
   * should the server have no room for others beneath the pool.
   */
  public static final int DEDICATED = 4;

  /**
   * What every connection is told before its first use: look rows up, one by one. Each of the
   * engine's frequent statements has its index, and a plan that goes through whole tables, made
   * while they were nearly empty, would be kept for minutes of a rush (docs/decisions/013). And
   * compile nothing: before PostgreSQL 18 a scan that cannot be avoided then seems dear enough for
   * it. An application that brings a pool of its own for the engine alone does well to say the
   * same.
   */
  public static final String BY_INDEX =
      "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
          + " SET jit = off";

  private static final Duration BORROW_WAIT = Duration.ofSeconds(10);
  private static final Duration STATEMENT_MAX = Duration.ofSeconds(30);

  /** Above the longest statement: only a network that swallows everything takes this long. */
  private static final Duration SOCKET_MAX = Duration.ofSeconds(40);

  private static final Duration IDLE_IN_TX_MAX = Duration.ofSeconds(10);

  private Pool() {}

  /**
   * A pool over a PostgreSQL; the caller closes it last.
   *
   * @param shared connections beside the {@link #DEDICATED} ones; two to four per core of the
   *     database serve best
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
    // A connection kept for one purpose outlives any limit on age; broken ones are thrown away.
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
