package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running server promises, and what a start refuses. */
class EmbeddedPostgresTest {
  @TempDir static Path parent;
  static EmbeddedPostgres postgres;
  static Path folder;

  @BeforeAll
  static void start() {
    folder = parent.resolve("pg");
    postgres = TestPostgres.cluster(folder);
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @Test
  void itIsDurable() throws SQLException {
    assertThat(show("fsync")).isEqualTo("on");
    assertThat(show("synchronous_commit")).isEqualTo("on");
    assertThat(show("full_page_writes")).isEqualTo("on");
  }

  @Test
  void itIsReachedFromThisMachineOnly() throws SQLException {
    assertThat(show("listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(show("unix_socket_directories")).isEmpty();
  }

  @Test
  void itKnowsLettersOfAllLanguages() throws SQLException {
    assertThat(query("SELECT lower('ÄPFEL МИР')")).isEqualTo("äpfel мир");
    assertThat(query("SELECT to_tsvector('simple', 'Größe мир')::text"))
        .isEqualTo("'größe':1 'мир':2");
    assertThat(show("server_encoding")).isEqualTo("UTF8");
  }

  @Test
  void aWrongPasswordIsRefused() {
    Access access = postgres.access();
    assertThatThrownBy(() -> DriverManager.getConnection(access.url(), access.user(), "wrong"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void thePasswordIsForTheOwnerOnlyAndNowhereElse() throws IOException {
    Path file = folder.resolve("password");
    String password = postgres.access().password();
    assertThat(Files.readString(file)).isEqualTo(password).hasSizeGreaterThan(30);
    for (Path secret : List.of(file, folder.resolve("postgres.log"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
    }
    assertThat(postgres.access().toString()).contains("***").doesNotContain(password);
    assertThat(folder.resolve("postgres.log")).content().doesNotContain(password);
    Path command = Path.of("/proc/" + postgres.pid() + "/cmdline");
    if (Files.exists(command)) {
      assertThat(Files.readString(command)).contains("fsync").doesNotContain(password);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "cluster", "everbrook.lock", "owner", "password", "port", "postgres.log");
    }
  }

  @Test
  void theServerHasASessionOfItsOwnSoThatTheTerminalDoesNotReachIt() throws IOException {
    if (Files.exists(Path.of("/proc/self"))) {
      assertThat(session(postgres.pid()))
          .isEqualTo(postgres.pid())
          .isNotEqualTo(session(ProcessHandle.current().pid()));
    }
  }

  @Test
  void theServerCarriesNoneOfOurEnvironment() throws IOException {
    Path environment = Path.of("/proc/" + postgres.pid() + "/environ");
    if (Files.isReadable(environment)) {
      assertThat(Files.readString(environment)).contains("LC_ALL").doesNotContain("PATH=");
    }
  }

  @Test
  void aSecondUseByTheSameProcessIsRefusedAndDoesNotFreeTheFolder() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> TestPostgres.cluster(folder))
          .isInstanceOf(PostgresFailure.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("in use by this process");
    }
    try (OtherJvm other = OtherJvm.start(folder)) {
      assertThat(other.line())
          .startsWith("refused:")
          .contains(folder.toString())
          .contains("in use by process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aFolderOfAnotherMajorVersionIsRefused() throws IOException {
    Path old = parent.resolve("old");
    Files.createDirectories(old.resolve("cluster"));
    Files.writeString(old.resolve("cluster/PG_VERSION"), "15\n");
    Files.createFile(old.resolve("everbrook.lock"));
    assertThatThrownBy(() -> TestPostgres.cluster(old))
        .isInstanceOf(PostgresFailure.class)
        .hasMessageContaining(old.toString())
        .hasMessageContaining("written by PostgreSQL 15, this is PostgreSQL 18");
  }

  @Test
  void aFolderThatHoldsSomethingElseIsRefusedAndLeftAlone() throws IOException {
    Path foreign = Files.createDirectory(parent.resolve("foreign"));
    Files.writeString(foreign.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> TestPostgres.cluster(foreign))
        .isInstanceOf(PostgresFailure.class)
        .hasMessageContaining("not empty and was not made by Everbrook");
    try (Stream<Path> files = Files.list(foreign)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void settingsCheckThemselves() {
    assertThatThrownBy(() -> new Settings(folder, Duration.ZERO))
        .hasMessageContaining("startMax must be 1 s to 1 h");
    assertThat(Settings.in(folder).binaries()).isEqualTo(folder.resolve("binaries"));
  }

  @Test
  void anotherDatabaseIsOnTheSameServer() {
    Access access = new Access("jdbc:postgresql://127.0.0.1:15432/postgres", "a", "secret");
    assertThat(access.database("test_1").url())
        .isEqualTo("jdbc:postgresql://127.0.0.1:15432/test_1");
    assertThatThrownBy(() -> access.database("x; DROP")).hasMessageContaining("x; DROP");
  }

  private static String show(String setting) throws SQLException {
    return query("SHOW " + setting);
  }

  private static String query(String sql) throws SQLException {
    Access access = postgres.access();
    try (Connection connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static long session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3]);
  }
}
