package dev.everbrook.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A source that gives no connection so many times. */
final class Refusing extends BeforeSource {

  private final AtomicInteger refusals;

  Refusing(DataSource source, AtomicInteger refusals) {
    super(source);
    this.refusals = refusals;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (refusals.getAndUpdate(left -> Math.max(left - 1, -1)) > 0) {
      throw new SQLException("as if there were none", "08001");
    }
    return other();
  }
}
