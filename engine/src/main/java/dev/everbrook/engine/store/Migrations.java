package dev.everbrook.engine.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema {@code everbrook} up to date with numbered SQL files.
 *
 * <p>A file runs once, in a transaction, in the order of the list; a file that was changed after it
 * ran is refused, since two databases would otherwise differ without anyone knowing. Several nodes
 * may start at once: an advisory lock lets one work while the others wait. The library brings its
 * own runner so as not to meet the Flyway or Liquibase of the application that embeds it.
 */
public final class Migrations {

  private static final Logger log = LoggerFactory.getLogger(Migrations.class);
  private static final long LOCK = 0x65766572_62726F6FL; // "everbroo"

  private static final String PREPARE =
      """
      CREATE SCHEMA IF NOT EXISTS everbrook;
      CREATE TABLE IF NOT EXISTS everbrook.migration (
        part       text NOT NULL,
        name       text NOT NULL,
        checksum   text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (part, name)
      )
      """;

  private final String part;
  private final Class<?> anchor;
  private final List<String> names;

  /**
   * @param part whose files these are, such as {@code engine}; parts are independent of each other
   * @param anchor the class beside whose package folder {@code migrations/} holds the files
   * @param names the files' names in order
   */
  public Migrations(String part, Class<?> anchor, List<String> names) {
    this.part = part;
    this.anchor = anchor;
    this.names = List.copyOf(names);
  }

  /** Applies what has not been applied yet. */
  public void apply(Database database) {
    int applied =
        database.tx(tx -> {
          tx.list("SELECT pg_advisory_xact_lock(?)", row -> true, LOCK);
          tx.update(PREPARE);
          return applyMissing(tx);
        });
    if (applied > 0) {
      log.info("schema everbrook: {} migrations of {} applied", applied, part);
    }
  }

  private int applyMissing(Tx tx) {
    Map<String, String> known =
        tx
            .list(
                "SELECT name, checksum FROM everbrook.migration WHERE part = ?",
                row -> Map.entry(row.getString(1), row.getString(2)),
                part)
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    refuseNewer(known);
    int applied = 0;
    for (String name : names) {
      String sql = read(name);
      String checksum = checksum(sql);
      String before = known.get(name);
      if (before == null) {
        tx.update(sql);
        tx.update(
            "INSERT INTO everbrook.migration (part, name, checksum) VALUES (?, ?, ?)",
            part,
            name,
            checksum);
        applied++;
      } else if (!before.equals(checksum)) {
        throw new StoreFailure(
            "migration "
                + part
                + "/"
                + name
                + " was changed after it ran on this database; put its text back and add a new file"
                + " for the change");
      }
    }
    return applied;
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

  private static String checksum(String sql) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
