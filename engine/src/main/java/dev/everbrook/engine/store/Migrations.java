package dev.everbrook.engine.store;

import dev.everbrook.engine.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema {@code everbrook} up to date with numbered SQL files.
 *
 * <p>A file runs once, in the order of the list. A file that was changed after it ran is refused,
 * since two databases would otherwise differ unnoticed. Consecutive files run in one transaction,
 * except those that build an index concurrently ({@link IndexFile}). If several nodes start at
 * once, one migrates while the others wait ({@link Turn}). The pool's limits on the length of a
 * statement or a transaction, or on the wait for a lock, are lifted here. But the wait for a
 * table's lock is short, since all other transactions would queue up behind it; after that, the
 * transaction is rolled back and tried again. The library has its own runner so as not to conflict
 * with the Flyway or Liquibase of the embedding application. Reasons: docs/decisions/024.
 */
public final class Migrations {

  private static final Logger log = LoggerFactory.getLogger(Migrations.class);

  /** How long a statement waits for a lock before it lets the transactions behind it pass. */
  private static final Duration LOCK_MAX = Duration.ofSeconds(2);

  private static final Duration LOCK_REST = Duration.ofSeconds(1);

  /** Longer than any migration; the pool's own socket timeout is much shorter. */
  private static final Duration REPLY_MAX = Duration.ofDays(1);

  private static final String ROLE = "SELECT set_config('everbrook.role', ?, true)";

  private static final String GRANT =
      """
      DO $$
      DECLARE
        named text := current_setting('everbrook.role');
        role  text := (SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = named);
      BEGIN
        IF role IS NULL THEN
          RAISE EXCEPTION 'role "%" does not exist', named USING ERRCODE = 'undefined_object';
        END IF;
        PERFORM pg_advisory_xact_lock(7311132901283456116); -- two grants at once would collide
        EXECUTE 'GRANT USAGE ON SCHEMA everbrook TO ' || role;
        EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA everbrook TO ' || role;
        EXECUTE 'GRANT USAGE ON ALL SEQUENCES IN SCHEMA everbrook TO ' || role;
        EXECUTE 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA everbrook TO ' || role;
        IF NOT has_schema_privilege(named, 'everbrook', 'USAGE')
           OR EXISTS (SELECT FROM pg_class c
                       WHERE c.relnamespace = 'everbrook'::regnamespace AND c.relkind IN ('r', 'p')
                         AND NOT (has_table_privilege(named, c.oid, 'SELECT')
                                  AND has_table_privilege(named, c.oid, 'INSERT')
                                  AND has_table_privilege(named, c.oid, 'UPDATE')
                                  AND has_table_privilege(named, c.oid, 'DELETE')))
           OR EXISTS (SELECT FROM pg_proc p
                       WHERE p.pronamespace = 'everbrook'::regnamespace
                         AND NOT has_function_privilege(named, p.oid, 'EXECUTE'))
        THEN
          RAISE EXCEPTION 'role "%" did not get its rights on the schema everbrook: % may not grant '
                          'them; migrate with the role that owns the schema', named, current_user
            USING ERRCODE = 'insufficient_privilege';
        END IF;
      END $$
      """;

  private static final String FORBIDDEN = "42501";

  /** Checked first, so that an up-to-date database needs no right to create. */
  private static final String IS_MADE = "SELECT to_regclass('everbrook.migration') IS NOT NULL";

  private static final String HAS_SCHEMA = "SELECT to_regnamespace('everbrook') IS NOT NULL";

  private static final String CREATE_SCHEMA = "CREATE SCHEMA everbrook";

  private static final String CREATE_TABLE =
      """
      CREATE TABLE everbrook.migration (
        part       text NOT NULL,
        name       text NOT NULL,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (part, name)
      )
      """;

  private static final String KNOWN =
      "SELECT name, checksum FROM everbrook.migration WHERE part = ?";

  private static final String DONE =
      "INSERT INTO everbrook.migration (part, name, checksum) VALUES (?, ?, ?)";

  private static final String LET_IT_TAKE_ITS_TIME =
      """
      SELECT set_config('everbrook.' || name, current_setting(name), false),
             set_config(name, '0', false)
        FROM pg_settings
       WHERE name IN ('statement_timeout', 'transaction_timeout', 'lock_timeout')
      """;

  /** Restores the limits; on a connection whose limits were never lifted they stay. */
  private static final String FAREWELL =
      """
      SELECT pg_advisory_unlock_all(),
             set_config(name, coalesce(nullif(current_setting('everbrook.' || name, true), ''),
                                       current_setting(name)), false)
        FROM pg_settings
       WHERE name IN ('statement_timeout', 'transaction_timeout', 'lock_timeout')
      """;

  private static final String WAIT_SHORTLY = "SELECT set_config('lock_timeout', ?, true)";

  /**
   * The patience of a start.
   *
   * @param turn how long to wait for another node to finish
   * @param tries how often to try for the locks
   */
  record Patience(Duration turn, int tries) {
    static final Patience NORMAL = new Patience(Duration.ofMinutes(10), 60);
  }

  private record SqlFile(String name, String sql) {

    String checksum() {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }

  private final String part;
  private final Class<?> anchor;
  private final List<String> names;
  private final Patience patience;
  private final World world = World.real();

  /**
   * @param part the part that owns the files, such as {@code engine}; parts are independent
   * @param anchor the class beside whose package folder {@code migrations/} holds the files
   * @param names the files' names in order
   */
  public Migrations(String part, Class<?> anchor, List<String> names) {
    this(part, anchor, names, Patience.NORMAL);
  }

  Migrations(String part, Class<?> anchor, List<String> names, Patience patience) {
    this.part = part;
    this.anchor = anchor;
    this.names = List.copyOf(names);
    this.patience = patience;
  }

  /**
   * Applies the missing files; a database that is up to date is only read. Waits at most 10 min for
   * another migrating node, and 3 min for locks, and logs these waits.
   *
   * @throws StoreFailure if a wait ran out, if a file fails, or if the database belongs to a newer
   *     version. Earlier files of the same transaction are rolled back with the failed one; built
   *     indexes stay, or if the role of the source may not create what is missing
   */
  public void apply(Database database) {
    try {
      bringUpToDate(database);
    } catch (StoreFailure e) {
      if (FORBIDDEN.equals(e.sqlState())) {
        throw new StoreFailure(
            "the role of the data source may not bring the schema everbrook up to date: call"
                + " Engine.migrate(source, role) with the data source of a role that may create"
                + " tables, and with the name of this role; then start again",
            e);
      }
      throw e;
    }
  }

  /**
   * Grants a role what a node needs: to read and write the tables that are there now, but to create
   * nothing.
   *
   * @throws StoreFailure if there is no such role, or the source's may not grant that
   */
  public static void grant(Database database, String role) {
    database.run(tx -> {
      tx.list(ROLE, row -> true, role);
      tx.update(GRANT);
    });
  }

  private void bringUpToDate(Database database) {
    if (missing(known(database)).isEmpty()) {
      return;
    }
    try (Session session =
            database.dedicated("the migrations", FAREWELL).answeringWithin(REPLY_MAX);
        Turn turn = new Turn(session, world, patience.turn())) {
      begin(session, turn);
      List<SqlFile> missing = missing(known(session));
      for (List<SqlFile> some = next(missing); !some.isEmpty(); some = next(missing)) {
        run(session, turn, some);
        missing = missing.subList(some.size(), missing.size());
        log.info("schema everbrook: {} migrations of {} applied", some.size(), part);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new StoreFailure("interrupted while the schema was brought up to date");
    }
  }

  /** The files of the next transaction; a file that builds an index runs alone. */
  private static List<SqlFile> next(List<SqlFile> missing) {
    int size = 0;
    while (size < missing.size() && !IndexFile.is(missing.get(size).sql())) {
      size++;
    }
    return missing.subList(0, size == 0 ? Math.min(1, missing.size()) : size);
  }

  /** Prepares a connection before it changes anything; repeated for a new connection. */
  private static void begin(Session session, Turn turn) throws InterruptedException {
    session.list(LET_IT_TAKE_ITS_TIME, row -> true);
    turn.await();
  }

  private void run(Session session, Turn turn, List<SqlFile> files) throws InterruptedException {
    for (int i = 1; ; i++) {
      if (!session.isConnected()) {
        begin(session, turn);
      }
      try {
        runOnce(session, files);
        return;
      } catch (StoreFailure e) {
        if (!e.isLockTimeout() && !e.isRolledBack()) {
          throw e;
        }
        if (i == patience.tries()) {
          throw new StoreFailure(
              "the schema cannot be brought up to date, since other transactions lock the tables"
                  + " that "
                  + part
                  + "/"
                  + files.getFirst().name()
                  + " changes: end their transactions (pg_stat_activity), and start again",
              e);
        }
        log.warn(
            "a migration of {} could not lock a table and is tried again: {}",
            part,
            e.getMessage());
        world.rest(LOCK_REST);
      }
    }
  }

  private void runOnce(Session session, List<SqlFile> files) {
    SqlFile first = files.getFirst();
    if (IndexFile.is(first.sql())) {
      new IndexFile(first.name(), first.sql()).build(session, LOCK_MAX);
      session.update(DONE, part, first.name(), first.checksum());
      return;
    }
    session.tx(tx -> {
      tx.list(WAIT_SHORTLY, row -> true, Long.toString(LOCK_MAX.toMillis()));
      prepare(tx);
      for (SqlFile file : files) {
        tx.update(file.sql());
        tx.update(DONE, part, file.name(), file.checksum());
      }
      return true;
    });
  }

  private static void prepare(Tx tx) {
    if (!tx.<Boolean>only(HAS_SCHEMA, row -> row.getBoolean(1))) {
      tx.update(CREATE_SCHEMA);
    }
    if (!tx.<Boolean>only(IS_MADE, row -> row.getBoolean(1))) {
      tx.update(CREATE_TABLE);
    }
  }

  /** The files that have not run; refuses a database with unknown files. */
  private List<SqlFile> missing(Map<String, String> known) {
    List<SqlFile> files = names.stream().map(name -> new SqlFile(name, read(name))).toList();
    refuseOthers(
        known.keySet().stream().filter(name -> !names.contains(name)).sorted().findFirst(),
        files.stream().filter(file -> ranDifferently(file, known)).map(SqlFile::name).findFirst());
    return files.stream().filter(file -> !known.containsKey(file.name())).toList();
  }

  private Map<String, String> known(Sql sql) {
    return sql.<Boolean>only(IS_MADE, row -> row.getBoolean(1))
        ? sql.list(KNOWN, row -> Map.entry(row.getString(1), row.getString(2)), part).stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))
        : Map.of();
  }

  private static boolean ranDifferently(SqlFile file, Map<String, String> known) {
    String before = known.get(file.name());
    return before != null && !before.equals(file.checksum());
  }

  private void refuseOthers(Optional<String> unknown, Optional<String> changed) {
    if (unknown.isPresent() && changed.isPresent()) {
      throw new StoreFailure(
          "this database was made by a commit before the first release of Everbrook (it has"
              + " migration "
              + part
              + "/"
              + unknown.get()
              + "), and its data cannot be carried over: delete the schema (DROP SCHEMA everbrook"
              + " CASCADE) or, of an embedded PostgreSQL, its folder; then start again");
    }
    if (unknown.isPresent()) {
      throw new StoreFailure(
          "this database was made by a newer Everbrook (it has migration "
              + part
              + "/"
              + unknown.get()
              + "); start that version or a later one");
    }
    if (changed.isPresent()) {
      throw new StoreFailure(
          "migration "
              + part
              + "/"
              + changed.get()
              + " was changed after it ran on this database; put its text back and add a new file"
              + " for the change");
    }
  }

  private String read(String name) {
    try (InputStream in = anchor.getResourceAsStream("migrations/" + name)) {
      if (in == null) {
        throw new StoreFailure("migration " + part + "/" + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read migration " + part + "/" + name, e);
    }
  }
}
