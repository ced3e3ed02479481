package dev.everbrook.engine.store;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Runs one statement on one connection: binds values, reads rows. */
final class Statements {

  private Statements() {}

  static int update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, values);
      return statement.executeUpdate();
    }
  }

  static <T> List<T> list(Connection connection, String sql, Row<T> row, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(connection, statement, values);
      try (ResultSet rows = statement.executeQuery()) {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
          result.add(row.read(rows));
        }
        return result;
      }
    }
  }

  private static void bind(
      Connection connection, PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      bind(connection, statement, i + 1, values[i]);
    }
  }

  private static void bind(
      Connection connection, PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(index, Types.NULL);
      case Instant time -> statement.setObject(index, time.atOffset(ZoneOffset.UTC));
      case long[] numbers -> statement.setArray(index, array(connection, "int8", numbers));
      case int[] numbers -> statement.setArray(index, array(connection, "int4", numbers));
      case byte[][] bytes -> statement.setArray(index, connection.createArrayOf("bytea", bytes));
      case UUID[] ids -> statement.setArray(index, connection.createArrayOf("uuid", ids));
      case @Nullable String[] texts ->
          statement.setArray(index, connection.createArrayOf("text", texts));
      case Enum<?> name -> throw new IllegalArgumentException("bind the column's text of " + name);
      default -> statement.setObject(index, value);
    }
  }

  /** Uses the driver's method for primitive arrays: no boxing, and binary on the wire. */
  private static Array array(Connection connection, String type, Object numbers)
      throws SQLException {
    return connection.unwrap(PGConnection.class).createArrayOf(type, numbers);
  }
}
