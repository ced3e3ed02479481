package dev.everbrook.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads one row of a result into a value. */
@FunctionalInterface
public interface Row<T> {
  T read(ResultSet row) throws SQLException;
}
