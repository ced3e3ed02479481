package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The shared server of all tests. */
class TestPostgresTest {
  @Test
  void everyDatabaseIsNewAndEmptyOnOneDurableServer() throws SQLException {
    Access first = TestPostgres.newDatabase();
    Access second = TestPostgres.newDatabase();
    assertThat(first).isNotEqualTo(second);
    assertThat(first.database("postgres")).isEqualTo(second.database("postgres"));
    assertThat(query(first, "SHOW synchronous_commit")).isEqualTo("on");
    assertThat(query(first, "SHOW fsync")).isEqualTo("on");
    assertThat(query(second, "SELECT count(*) FROM pg_stat_user_tables")).isEqualTo("0");
    assertThat(second.url()).endsWith("/" + query(second, "SELECT current_database()"));
  }

  private static String query(Access access, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
