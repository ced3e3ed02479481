package dev.everbrook.benchmark.jobs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

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

  /** The number that the statement selects. */
  static long count(HikariDataSource pool, String sql) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new BenchFailure("a table of jobs cannot be read: " + e.getMessage(), e);
    }
  }
}
