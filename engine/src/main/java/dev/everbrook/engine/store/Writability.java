package dev.everbrook.engine.store;

import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database takes what is written: it may answer every question and have no room on its
 * disk, or be a standby. A refusal that any statement met is remembered until a trial shows that
 * there is room again. Safe for use by many threads.
 */
final class Writability {

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

  /** Remembers it if it is a refusal to write. */
  void note(SQLException e) {
    StoreFailure.writeRefusal(String.valueOf(e.getSQLState())).ifPresent(why -> refusal = why);
  }

  /**
   * Why nothing can be written, as far as is known; asks the database.
   *
   * @param rolledBack runs a statement and takes back what it did
   * @throws StoreFailure if it cannot be asked
   */
  Optional<String> refusal(Sql database, Consumer<String> rolledBack) {
    boolean readOnly = database.list(SETTING, row -> row.getBoolean(1)).getFirst();
    if (readOnly || refusal != null) {
      tryToWrite(rolledBack);
    }
    return Optional.ofNullable(refusal);
  }

  /** Leaves nothing behind; a refusal is noted on its way. */
  private void tryToWrite(Consumer<String> rolledBack) {
    try {
      rolledBack.accept(TRIAL);
      refusal = null;
    } catch (StoreFailure e) {
      if (refusal == null) {
        throw e;
      }
    }
  }
}
