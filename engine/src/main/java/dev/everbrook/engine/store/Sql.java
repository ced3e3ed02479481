package dev.everbrook.engine.store;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements: all in one transaction (a {@link Tx}), or each in its own (the {@link Database}
 * and a {@link Session}). Each method throws {@link StoreFailure}.
 */
public interface Sql {

  /** Runs a statement that changes rows and returns how many. */
  int update(String sql, @Nullable Object... values);

  /** Runs a query; the statement bounds the number of rows. */
  <T> List<T> list(String sql, Row<T> row, @Nullable Object... values);

  /** The first row, if there is one. */
  default <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... values) {
    return list(sql, row, values).stream().findFirst();
  }

  /** The one row that the statement always yields. */
  default <T> T only(String sql, Row<T> row, @Nullable Object... values) {
    return first(sql, row, values)
        .orElseThrow(() -> new StoreFailure("the statement yielded no row: " + sql.strip()));
  }
}
