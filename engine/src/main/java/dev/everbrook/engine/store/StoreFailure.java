package dev.everbrook.engine.store;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;

/** The database refused or could not be reached. */
public final class StoreFailure extends RuntimeException {

  private static final String DISK_FULL = "53100";
  private static final String READ_ONLY = "25006";
  private static final String IO_ERROR = "58030";

  private final String sqlState;

  StoreFailure(SQLException cause) {
    super("database: " + cause.getMessage() + " [SQLSTATE " + stateOf(cause) + "]", cause);
    this.sqlState = stateOf(cause);
  }

  /** For a failure without an exception of the driver. */
  StoreFailure(String message) {
    super(message);
    this.sqlState = "";
  }

  /** For a failure with another failure as its cause. */
  StoreFailure(String message, StoreFailure cause) {
    super(message, cause);
    this.sqlState = cause.sqlState;
  }

  private static String stateOf(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  /** The five characters of the SQLSTATE; empty if the driver gave none. */
  public String sqlState() {
    return sqlState;
  }

  /**
   * Whether the same statement may succeed later unchanged: the connection broke (class 08), the
   * server ran out of a resource (53), is starting or stopping (57P), cancelled the statement after
   * a timeout (57014), is currently a standby or ended an idle transaction (25), an object was
   * locked (55), the server's disk failed (58), or a conflict between transactions was resolved
   * against this one (40).
   */
  public boolean worthRetrying() {
    return sqlState.startsWith("08")
        || sqlState.startsWith("53")
        || sqlState.startsWith("57P")
        || sqlState.startsWith("40")
        || sqlState.startsWith("55")
        || sqlState.startsWith("58")
        || sqlState.equals("57014")
        || sqlState.startsWith("25")
        || sqlState.isEmpty() && getCause() != null;
  }

  /**
   * Whether no connection became free in time although the database seems to be up: the pool names
   * no failure to connect as the cause.
   */
  public boolean isPoolBusy() {
    return getCause() instanceof SQLTransientConnectionException wait && wait.getCause() == null;
  }

  /**
   * Whether the transaction was certainly rolled back in favour of another (40001, 40P01). Other
   * codes of the class leave that open, such as 40003.
   */
  public boolean isRolledBack() {
    return sqlState.equals("40001") || sqlState.equals("40P01");
  }

  /** Whether the wait for a lock reached the transaction's limit (55P03). */
  public boolean isLockTimeout() {
    return sqlState.equals("55P03");
  }

  /** The reason why the database refuses writes (53100, 25006, 58030), if that is the cause. */
  public Optional<String> writeRefusal() {
    return writeRefusal(sqlState);
  }

  /** The reason for a SQLSTATE. */
  static Optional<String> writeRefusal(String sqlState) {
    return switch (sqlState) {
      case DISK_FULL -> Optional.of("the disk of the database is full");
      case READ_ONLY -> Optional.of("the database is read-only, as a standby is");
      case IO_ERROR -> Optional.of("the disk of the database fails");
      default -> Optional.empty();
    };
  }

  /** Whether the connection stays usable after the rollback of the transaction. */
  boolean sparesConnection() {
    return isDataError() || isLockTimeout() || isRolledBack();
  }

  /**
   * Whether the data itself is the cause: it is invalid (class 22), violates a constraint (23) or
   * the condition of a view (44), matches too many rows (21), is nested too deep or too long (54),
   * or a trigger refused it (P0, 38, 39).
   */
  public boolean isDataError() {
    return sqlState.startsWith("22")
        || sqlState.startsWith("23")
        || sqlState.startsWith("21")
        || sqlState.startsWith("44")
        || sqlState.startsWith("54")
        || sqlState.startsWith("P0")
        || sqlState.startsWith("38")
        || sqlState.startsWith("39");
  }
}
