package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL for the tests of all modules, a fresh database for whoever asks.
 *
 * <p>The first test process starts it and leaves it running; the others, later or at the same time,
 * find it. It is as durable as in production, and has room for many test classes at once. {@link
 * #stop} ends it; {@code ./test} does so at the end. What earlier runs left in it is dropped when
 * it starts. Safe for use by any thread.
 */
public final class TestPostgres {
  private static final String PREFIX = "test_";
  private static final Path FOLDER = root().resolve("target/test-postgres");
  private static final Path BINARIES = root().resolve("target/postgres-binaries");
  private static final Duration START_MAX = Duration.ofMinutes(2);

  /** Each of hundreds of short-lived databases would be visited every minute. */
  private static final String CONFIGURATION =
      """
      max_connections = 800
      autovacuum_naptime = '1h'
      scram_iterations = 1
      """;

  private static final String DUPLICATE_DATABASE = "42P04";

  /** Connections that make databases: opening one costs about as much as making a database. */
  private static final Queue<Connection> IDLE = new ConcurrentLinkedQueue<>();

  private static final int VALID_S = 10;

  private static @Nullable Access shared;
  private static @Nullable String template;
  private static int databases;

  private TestPostgres() {}

  /** Makes an empty database of a new name. */
  public static Access newDatabase() {
    return create("template1");
  }

  /**
   * Makes a database of a new name that holds what {@code fill} puts into an empty one. Only the
   * first call of a process fills one, which the databases of all calls are copies of.
   *
   * @param fill closes its connections before it returns
   */
  public static Access newDatabase(Consumer<Access> fill) {
    return create(template(fill));
  }

  private static synchronized String template(Consumer<Access> fill) {
    if (template == null) {
      Access filled = newDatabase();
      fill.accept(filled);
      template = filled.url().replaceAll(".*/", "");
    }
    return template;
  }

  /** Not under the lock: a copy takes a while, and several classes may ask at once. */
  private static Access create(String original) {
    Access server = server();
    String name = newName();
    String creation = "CREATE DATABASE " + name + " TEMPLATE " + original;
    try {
      Connection connection = IDLE.poll();
      if (connection == null || !connection.isValid(VALID_S)) {
        connection = connect(server);
      }
      try (Statement statement = connection.createStatement()) {
        create(statement, name, creation);
      }
      IDLE.add(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("'" + creation + "' failed on " + server, e);
    }
    return server.database(name);
  }

  /** A process of the same id may have left a database of that name. */
  private static void create(Statement statement, String name, String creation)
      throws SQLException {
    try {
      statement.execute(creation);
    } catch (SQLException e) {
      if (!DUPLICATE_DATABASE.equals(e.getSQLState())) {
        throw e;
      }
      statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
      statement.execute(creation);
    }
  }

  private static synchronized String newName() {
    return PREFIX + ProcessHandle.current().pid() + "_" + ++databases;
  }

  /**
   * A server of its own for a test that kills or stops it. It belongs to the caller, who closes it.
   *
   * @param folder a new one, usually below a temporary folder
   */
  public static EmbeddedPostgres cluster(Path folder) {
    return EmbeddedPostgres.start(settings(folder));
  }

  /** The settings of such a server: it shares the unpacked programs with all the others. */
  public static Settings settings(Path folder) {
    return new Settings(folder, BINARIES, START_MAX);
  }

  /** Stops the shared server if it runs. */
  public static synchronized void stop() {
    shared = null;
    if (Files.exists(FOLDER)) {
      alone(() -> {
        Path cluster = Home.open(FOLDER).cluster();
        Optional<PidFile> server = PidFile.read(cluster).filter(file -> Pulse.beats(file.pid()));
        if (server.isPresent() && !Pulse.isStranger(server.get().pid(), cluster)) {
          new Postmaster(server.get().pid(), server.get().port(), Optional.empty()).stop();
        }
      });
    }
  }

  /** Stops the shared server. */
  public static void main(String[] args) {
    stop();
  }

  private static synchronized Access server() {
    if (shared == null) {
      alone(() -> {
        configure();
        EmbeddedPostgres postgres = cluster(FOLDER);
        if (!postgres.attached()) {
          dropLeftovers(postgres.access());
          hashCheaply(postgres.access());
        }
        shared = postgres.access();
        postgres.leaveRunning();
      });
    }
    return Objects.requireNonNull(shared);
  }

  /** Makes the cluster when there is none, so that it starts with this configuration. */
  private static void configure() {
    Home home = Home.open(FOLDER);
    Path file = home.cluster().resolve("postgresql.conf");
    try (FolderLock _ = FolderLock.take(home)) {
      new Cluster(home, new Unpacking(BINARIES).binaries()).prepare(Patience.of(START_MAX));
      if (!Files.readString(file).contains(CONFIGURATION)) {
        Files.writeString(file, CONFIGURATION, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot configure the cluster in " + FOLDER, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the cluster was made in " + FOLDER, e);
    }
  }

  /** Tests open thousands of connections; with the usual 4,096 rounds each costs milliseconds. */
  private static void hashCheaply(Access server) {
    execute(server, "ALTER ROLE " + server.user() + " PASSWORD '" + server.password() + "'");
  }

  private static void dropLeftovers(Access server) {
    for (String name : leftovers(server)) {
      execute(server, "DROP DATABASE " + server.database(name).url().replaceAll(".*/", ""));
    }
  }

  private static List<String> leftovers(Access server) {
    List<String> names = new ArrayList<>();
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT datname FROM pg_database WHERE starts_with(datname, '" + PREFIX + "')")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    } catch (SQLException e) {
      throw new IllegalStateException("cannot list the databases of " + server, e);
    }
  }

  /** The start must be taken in turns by processes that do not know each other. */
  private static void alone(Runnable work) {
    Path file = FOLDER.resolveSibling("test-postgres.lock");
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        work.run();
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot lock " + file, e);
    }
  }

  private static void execute(Access access, String sql) {
    try (Connection connection = connect(access);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("'" + sql + "' failed on " + access, e);
    }
  }

  private static Connection connect(Access access) throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  /** The build says where the repository is; an IDE does not, so walk up to it. */
  private static Path root() {
    String told = System.getProperty("everbrook.root");
    if (told != null) {
      return Path.of(told);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve(".mvn"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("start tests inside the repository, or set everbrook.root");
      }
    }
    return folder;
  }
}
