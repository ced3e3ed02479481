package dev.everbrook.engine.store;

import dev.everbrook.engine.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema {@code everbrook} up to date with numbered SQL files.
 *
 * <p>A file runs once, in the order of the list; a file that was changed after it ran is refused,
 * since two databases would otherwise differ without anyone knowing. Files that follow each other
 * run in one transaction, but for those that build an index beside what goes on ({@link
 * IndexFile}). Of several nodes that start at once one works while the others wait ({@link Turn}).
 * No limit of the pool on the length of a statement or a transaction, or on the wait for a lock,
 * holds here, but the lock of a table is waited for only shortly, since all others would queue up
 * behind it; then all is rolled back and tried again. The library brings its own runner so as not
 * to meet the Flyway or Liquibase of the application that embeds it. Why so: docs/decisions/024.
 */
public final class Migrations {

  private static final Logger log = LoggerFactory.getLogger(Migrations.class);

  /** How long a statement waits for a lock, before all let those pass that wait behind it. */
  private static final Duration LOCK_MAX = Duration.ofSeconds(2);

  private static final Duration LOCK_REST = Duration.ofSeconds(1);

  /** Beyond any migration; the sockets of a pool are told to give up much earlier. */
  private static final Duration REPLY_MAX = Duration.ofDays(1);

  /** Asks for no right to create anything where there is nothing to create. */
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

  /** Of a connection whose limit was never lifted the limit stays. */
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
   * How patient a start is.
   *
   * @param turn how long it waits for another node to finish
   * @param tries how often it tries to get its locks
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
   * @param part whose files these are, such as {@code engine}; parts are independent of each other
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
   * Applies what has not been applied yet; a database that is up to date is only read. Waits at
   * most 10 min for a node that does the same, and 3 min for locks, and says so meanwhile.
   *
   * @throws StoreFailure if it waited in vain, if a file fails, or if this is the database of a
   *     newer version; what had been applied before that file stays only if it built an index
   */
  public void apply(Database database) {
    if (missing(database).isEmpty()) {
      return;
    }
    try (Session session =
            database.dedicated("the migrations", FAREWELL).answeringWithin(REPLY_MAX);
        Turn turn = new Turn(session, world, patience.turn())) {
      begin(session, turn);
      List<SqlFile> missing = missing(database);
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

  /** Those that run together: one that builds an index does so alone. */
  private static List<SqlFile> next(List<SqlFile> missing) {
    int size = 0;
    while (size < missing.size() && !IndexFile.is(missing.get(size).sql())) {
      size++;
    }
    return missing.subList(0, size == 0 ? Math.min(1, missing.size()) : size);
  }

  /** What a connection needs before it may change anything, and its successor as well. */
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
              "the schema cannot be brought up to date, since others hold what "
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

  /** The files that have not run; refuses a database on which others ran. */
  private List<SqlFile> missing(Database database) {
    boolean made = database.<Boolean>only(IS_MADE, row -> row.getBoolean(1));
    Map<String, String> known =
        made
            ? database
                .list(KNOWN, row -> Map.entry(row.getString(1), row.getString(2)), part)
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))
            : Map.of();
    refuseNewer(known);
    List<SqlFile> missing = new ArrayList<>();
    for (String name : names) {
      SqlFile file = new SqlFile(name, read(name));
      String before = known.get(name);
      if (before == null) {
        missing.add(file);
      } else if (!before.equals(file.checksum())) {
        throw new StoreFailure(
            "migration "
                + part
                + "/"
                + name
                + " was changed after it ran on this database; put its text back and add a new file"
                + " for the change");
      }
    }
    return missing;
  }

  private void refuseNewer(Map<String, String> known) {
    for (String name : known.keySet()) {
      if (!names.contains(name)) {
        throw new StoreFailure(
            "this database was made by a newer Everbrook (it has migration "
                + part
                + "/"
                + name
                + "); start that version or a later one");
      }
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
