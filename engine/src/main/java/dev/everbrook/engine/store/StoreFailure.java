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

  /** For a failure with no exception of the driver behind it. */
  StoreFailure(String message) {
    super(message);
    this.sqlState = "";
  }

  /** The same with what led to it. */
  StoreFailure(String message, StoreFailure cause) {
    super(message, cause);
    this.sqlState = cause.sqlState;
  }

  private static String stateOf(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  /** The five characters of the SQL standard, or nothing where the driver gave none. */
  public String sqlState() {
    return sqlState;
  }

  /**
   * Whether the same statement may succeed later unchanged: the connection broke (class 08), the
   * server ran out of something (53), is starting or stopping (57P), took too long (57014), is a
   * standby at the moment or ended an idle transaction (25), something was locked (55), its disk
   * failed (58), or a conflict between transactions was resolved against this one (40).
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
   * Whether no connection became free in time, while the database is there as far as the pool
   * knows: it names no failure to connect as the cause.
   */
  public boolean isPoolBusy() {
    return getCause() instanceof SQLTransientConnectionException wait && wait.getCause() == null;
  }

  /**
   * Whether the transaction was certainly rolled back in favour of another (40001, 40P01); of 40003
   * for one that is not known.
   */
  public boolean isRolledBack() {
    return sqlState.equals("40001") || sqlState.equals("40P01");
  }

  /** Whether a lock was waited for in vain, for as long as the transaction was to wait (55P03). */
  public boolean isLockTimeout() {
    return sqlState.equals("55P03");
  }

  /** Why the database takes nothing that is written (53100, 25006, 58030), if that is the cause. */
  public Optional<String> writeRefusal() {
    return writeRefusal(sqlState);
  }

  /** The same by a SQLSTATE. */
  static Optional<String> writeRefusal(String sqlState) {
    return switch (sqlState) {
      case DISK_FULL -> Optional.of("the disk of the database is full");
      case READ_ONLY -> Optional.of("the database is read-only, as a standby is");
      case IO_ERROR -> Optional.of("the disk of the database fails");
      default -> Optional.empty();
    };
  }

  /** Whether the connection is as good as before, once the transaction was rolled back. */
  boolean sparesConnection() {
    return isDataError() || isLockTimeout() || isRolledBack();
  }

  /**
   * Whether the data itself was at fault: it is invalid (class 22), breaks a constraint (23) or the
   * condition of a view (44), matches more rows than it may (21), is nested too deep or too long
   * (54), or a trigger refused it (P0, 38, 39).
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
