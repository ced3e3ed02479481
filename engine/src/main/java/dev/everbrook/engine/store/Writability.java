package dev.everbrook.engine.store;

import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database takes what is written: it may answer every question and have no room on its
 * disk, or be a standby. A refusal that any statement met is remembered until a trial shows that
 * there is room again. Safe for use by many threads.
 */
final class Writability {

  private static final String DISK_FULL = "53100";
  private static final String READ_ONLY = "25006";
  private static final String IO_ERROR = "58030";

  /** More than fits into pages that have room by chance. */
  private static final String TRIAL =
      """
      INSERT INTO everbrook.migration (part, name, checksum)
      SELECT 'trial', gen_random_uuid()::text, string_agg(md5(n::text), '')
        FROM generate_series(1, 8192) AS n
      """;

  private static final String SETTING =
      "SELECT current_setting('transaction_read_only')::boolean OR pg_is_in_recovery()";

  private volatile @Nullable String refusal;

  /** Why nothing can be written, if a failure with this SQLSTATE says so. */
  static Optional<String> words(String sqlState) {
    return switch (sqlState) {
      case DISK_FULL -> Optional.of("the disk of the database is full");
      case READ_ONLY -> Optional.of("the database is read-only, as a standby is");
      case IO_ERROR -> Optional.of("the disk of the database fails");
      default -> Optional.empty();
    };
  }

  /** Remembers it if it is a refusal to write. */
  void note(SQLException e) {
    words(String.valueOf(e.getSQLState())).ifPresent(why -> refusal = why);
  }

  /**
   * Why nothing can be written, as far as is known; asks the database.
   *
   * @throws StoreFailure if it cannot be asked
   */
  Optional<String> refusal(Database database) {
    boolean readOnly = database.list(SETTING, row -> row.getBoolean(1)).getFirst();
    if (readOnly || refusal != null) {
      tryToWrite(database);
    }
    return Optional.ofNullable(refusal);
  }

  /** Leaves nothing behind; a refusal is noted on its way. */
  private void tryToWrite(Database database) {
    try {
      database.rolledBack(TRIAL);
      refusal = null;
    } catch (StoreFailure e) {
      if (refusal == null) {
        throw e;
      }
    }
  }
}
