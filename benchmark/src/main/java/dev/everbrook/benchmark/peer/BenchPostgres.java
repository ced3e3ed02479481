package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.EmbeddedPostgres;
import dev.everbrook.postgres.Settings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A PostgreSQL of the bench's own, as durable as in production, gone at the end; a fresh database
 * for each run. Used by one thread; {@link #close} may come from any, and comes by itself when the
 * process is told to end.
 */
public final class BenchPostgres implements AutoCloseable {

  private static final String DATABASE = "bench";
  private static final List<String> SHOWN =
      List.of("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size");
  private static final List<String> DURABLE = List.of("fsync", "synchronous_commit");

  private static final int COMMITS = 300;
  private static final Duration COMMIT_EVERY = Duration.ofMillis(10);

  private final EmbeddedPostgres server;
  private final Path folder;
  private final Connection connection;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BenchPostgres(EmbeddedPostgres server, Path folder) throws SQLException {
    this.server = server;
    this.folder = folder;
    this.connection = connect(server.access());
  }

  /** Starts it in a folder below this module's {@code target}, or fails if another bench runs. */
  public static BenchPostgres start() {
    Path target = target();
    return start(
        new Settings(
            target.resolve("bench-postgres"),
            target.resolve("postgres-binaries"),
            Settings.in(target).startMax()));
  }

  /** Starts it in this folder, which is removed at the end; the programs stay. */
  public static BenchPostgres start(Settings settings) {
    EmbeddedPostgres server = EmbeddedPostgres.start(settings);
    try {
      BenchPostgres postgres = new BenchPostgres(server, settings.folder());
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "bench-stop"));
      return postgres;
    } catch (SQLException e) {
      server.close();
      throw new BenchFailure("the database that was started does not answer: " + e, e);
    }
  }

  /** This module's {@code target}. */
  public static Path target() {
    try {
      Path at =
          Path.of(BenchPostgres.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      while (at != null && !at.endsWith("target")) {
        at = at.getParent();
      }
      if (at == null) {
        throw new BenchFailure("start the bench from its build, by ./bench");
      }
      return at;
    } catch (URISyntaxException e) {
      throw new BenchFailure("cannot tell where the bench was built: " + e, e);
    }
  }

  public static Connection connect(Access access) throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  public long pid() {
    return server.pid();
  }

  /** Makes an empty database in place of the last one. */
  public Access fresh() {
    execute("DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)");
    execute("CREATE DATABASE " + DATABASE);
    return server.access().database(DATABASE);
  }

  /** So that every run finds the same amount of work done. */
  public void checkpoint() {
    execute("CHECKPOINT");
  }

  /** How many bytes of log were ever written. */
  public long walBytes() {
    return Long.parseLong(ask("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"));
  }

  /**
   * The version and the settings that matter.
   *
   * @throws BenchFailure if this server is not durable
   */
  public Map<String, String> facts() {
    Map<String, String> settings = new LinkedHashMap<>();
    SHOWN.forEach(name -> settings.put(name, ask("SHOW " + name)));
    for (String name : DURABLE) {
      if (!"on".equals(settings.get(name))) {
        throw new BenchFailure(name + " must be on, or the figures say nothing");
      }
    }
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("postgres", ask("SHOW server_version"));
    facts.put("settings", settings.toString().replaceAll("[{}]", ""));
    return facts;
  }

  /**
   * What making one small row durable costs this machine when nothing else runs: nobody who makes a
   * token durable before it is shown, or a job before it begins, can be faster.
   */
  public String commit() throws InterruptedException {
    Latencies commits = commits();
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p95 %.2f ms, p99 %.2f ms: one row, one connection, nothing else running",
        commits.ms(0.5),
        commits.ms(0.95),
        commits.ms(0.99));
  }

  private Latencies commits() throws InterruptedException {
    execute("CREATE TABLE commits (n int, data bytea)");
    Latencies commits = new Latencies();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO commits VALUES (?, ?)")) {
      for (int n = -COMMITS; n < COMMITS; n++) { // the first half prepares plans and compilers
        Thread.sleep(COMMIT_EVERY);
        insert.setInt(1, n);
        insert.setBytes(2, new byte[64]);
        long start = System.nanoTime();
        insert.executeUpdate();
        if (n >= 0) {
          commits.record(System.nanoTime() - start);
        }
      }
    } catch (SQLException e) {
      throw new BenchFailure("a row could not be written: " + e.getMessage(), e);
    }
    execute("DROP TABLE commits");
    return commits;
  }

  private void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new BenchFailure("'" + sql + "' failed: " + e.getMessage(), e);
    }
  }

  private String ask(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new BenchFailure("'" + sql + "' failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.close();
      remove(folder);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new BenchFailure("cannot remove " + folder + ": " + e, e);
    }
  }
}
