package dev.everbrook.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Checks whether a server serves this cluster. Immutable. */
final class Probe {
  private static final String INVALID_PASSWORD = "28P01";

  private final Path cluster;
  private final String password;

  Probe(Path cluster, String password) {
    this.cluster = cluster;
    this.password = password;
  }

  Access access(int port) {
    return new Access("jdbc:postgresql://127.0.0.1:" + port + "/postgres", Cluster.USER, password);
  }

  /** Whether the server answers; false while it is absent or still starts. Takes at most 5 s. */
  boolean answers(int port) {
    Access access = access(port);
    Properties properties = new Properties();
    properties.setProperty("user", access.user());
    properties.setProperty("password", access.password());
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("socketTimeout", "5");
    try (Connection connection = DriverManager.getConnection(access.url(), properties);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW data_directory")) {
      return rows.next() && cluster.equals(Path.of(rows.getString(1)));
    } catch (SQLException e) {
      if (INVALID_PASSWORD.equals(e.getSQLState())) {
        throw new PostgresFailure(
            "the PostgreSQL on port "
                + port
                + " refuses the password in "
                + cluster.resolveSibling("password")
                + ": restore the file, or ALTER USER "
                + Cluster.USER
                + " PASSWORD to it",
            e);
      }
      return false;
    }
  }
}
