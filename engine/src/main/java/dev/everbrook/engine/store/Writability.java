package dev.everbrook.engine.store;

import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database accepts writes: it may answer every query and still have a full disk, or be
 * a standby. A refusal of any statement is remembered until a trial write succeeds. Safe for use by
 * many threads.
 */
final class Writability {

  /** Writes more than fits into the free space of existing pages. */
  private static final String TRIAL =
      """
      INSERT INTO everbrook.migration (part, name, checksum)
      SELECT 'trial', gen_random_uuid()::text, string_agg(md5(n::text), '')
        FROM generate_series(1, 8192) AS n
      """;

  private static final String SETTING =
      "SELECT current_setting('transaction_read_only')::boolean OR pg_is_in_recovery()";

  private volatile @Nullable String refusal;

  /** Remembers the failure if it is a refusal to write. */
  void note(SQLException e) {
    StoreFailure.writeRefusal(String.valueOf(e.getSQLState())).ifPresent(why -> refusal = why);
  }

  /**
   * The reason why writes are refused, as far as is known. Queries the database.
   *
   * @param rolledBack runs a statement and rolls it back
   * @throws StoreFailure if the query fails
   */
  Optional<String> refusal(Sql database, Consumer<String> rolledBack) {
    boolean readOnly = database.list(SETTING, row -> row.getBoolean(1)).getFirst();
    if (readOnly || refusal != null) {
      tryToWrite(rolledBack);
    }
    return Optional.ofNullable(refusal);
  }

  /** Tries a write and rolls it back; a refusal is noted on the way. */
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
