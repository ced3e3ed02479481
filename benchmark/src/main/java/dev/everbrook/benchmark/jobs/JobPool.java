package dev.everbrook.benchmark.jobs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;

/** The connections of a peer that brings no pool of its own; it takes as many as it needs. */
final class JobPool {

  private static final int IDLE = 2;

  private JobPool() {}

  static HikariDataSource open(Access access, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(access.url());
    config.setUsername(access.user());
    config.setPassword(access.password());
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(IDLE);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    return new HikariDataSource(config);
  }
}
