package dev.everbrook.engine.store;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A migration that builds one index while the table is read and written. It is recognised by its
 * only statement, {@code CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON everbrook.table …}. The
 * statement runs outside of a transaction and may be repeated: an aborted attempt leaves an invalid
 * index, which is dropped first. In a partitioned table each partition gets its own index, and the
 * whole index becomes valid with the last one.
 */
final class IndexFile {

  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?s)(?:\\s*--[^\\n]*\\n)*\\s*CREATE (UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\\w+)"
              + "\\s+ON everbrook\\.(\\w+)\\s+([^;]*?)\\s*;?\\s*");

  private static final Pattern MARK = Pattern.compile("(?m)^\\s*(?!--).*\\bCONCURRENTLY\\b");

  private static final String IS_IN_PARTS =
      "SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(?)";

  private static final String DROP_INVALID =
      """
      SELECT format('DROP INDEX CONCURRENTLY %s', indexrelid::regclass) FROM pg_index
       WHERE indexrelid = to_regclass(?) AND NOT indisvalid
      """;

  private static final String IS_VALID =
      "SELECT coalesce(bool_or(indisvalid), false) FROM pg_index WHERE indexrelid = to_regclass(?)";

  /** The partitions without their part of the index. */
  private static final String PARTS =
      """
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = to_regclass(?)
         AND NOT EXISTS (SELECT FROM pg_inherits ii JOIN pg_index x ON x.indexrelid = ii.inhrelid
                          WHERE ii.inhparent = to_regclass(?) AND x.indrelid = c.oid)
       ORDER BY c.relname
      """;

  private static final String WAIT_SHORTLY = "SELECT set_config('lock_timeout', ?, true)";

  private final String file;
  private final boolean unique;
  private final String name;
  private final String table;
  private final String rest;

  /**
   * @throws StoreFailure if the file does not hold exactly this statement
   */
  IndexFile(String file, String sql) {
    Matcher statement = STATEMENT.matcher(sql);
    if (!statement.matches()) {
      throw new StoreFailure(
          "migration "
              + file
              + " must hold one statement, CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON"
              + " everbrook.table …, or not say CONCURRENTLY");
    }
    this.file = file;
    this.unique = statement.group(1) != null;
    this.name = statement.group(2);
    this.table = "everbrook." + statement.group(3);
    this.rest = statement.group(4);
  }

  /** Whether a file builds an index concurrently. */
  static boolean is(String sql) {
    return MARK.matcher(sql).find();
  }

  /**
   * @param lockMax how long to wait for the lock of a partition, since its readers and writers
   *     queue up behind this wait
   */
  void build(Session session, Duration lockMax) {
    if (isTrue(session, IS_IN_PARTS, table)) {
      buildByParts(session, lockMax);
    } else {
      concurrently(session, name, table);
    }
    if (!isTrue(session, IS_VALID, "everbrook." + name)) {
      throw new StoreFailure("migration " + file + " left index " + name + " behind invalid");
    }
  }

  private void concurrently(Session session, String index, String on) {
    session
        .list(DROP_INVALID, row -> row.getString(1), "everbrook." + index)
        .forEach(session::update);
    session.update(create() + "CONCURRENTLY IF NOT EXISTS " + index + " ON " + on + " " + rest);
  }

  private void buildByParts(Session session, Duration lockMax) {
    String whole = "everbrook." + name;
    shortly(
        session, lockMax, create() + "IF NOT EXISTS " + name + " ON ONLY " + table + " " + rest);
    for (String part : parts(session, whole)) {
      String index = part + "_" + name;
      concurrently(session, index, "everbrook." + part);
      shortly(session, lockMax, "ALTER INDEX " + whole + " ATTACH PARTITION everbrook." + index);
    }
  }

  private List<String> parts(Session session, String whole) {
    return session.list(PARTS, row -> row.getString(1), table, whole);
  }

  private static void shortly(Session session, Duration lockMax, String sql) {
    session.tx(tx -> {
      tx.list(WAIT_SHORTLY, row -> true, Long.toString(lockMax.toMillis()));
      return tx.update(sql);
    });
  }

  private String create() {
    return unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  }

  private static boolean isTrue(Session session, String sql, String name) {
    return session.list(sql, row -> row.getBoolean(1), name).contains(true);
  }
}
