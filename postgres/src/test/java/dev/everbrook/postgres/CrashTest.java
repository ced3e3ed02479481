package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that can die, dies here: the process, the server, both. */
class CrashTest {
  private static final Duration SOON = Duration.ofMinutes(1);

  @TempDir Path parent;
  private Path folder;

  @BeforeEach
  void folder() {
    folder = parent.resolve("pg");
  }

  @Test
  void theServerOfAKilledProcessIsFoundByTheNext() throws Exception {
    String[] first;
    try (OtherJvm other = OtherJvm.start(folder)) {
      first = other.line().split(" ", -1);
      other.kill();
    }
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      assertThat(postgres.attached()).isTrue();
      assertThat(postgres.port()).isEqualTo(Integer.parseInt(first[1]));
      assertThat(postgres.pid()).isEqualTo(Long.parseLong(first[2]));
      execute(postgres, "SELECT 1");
    }
    assertThat(Pulse.beats(Long.parseLong(first[2]))).isFalse();
  }

  @Test
  void afterBothWereKilledTheNextStartRecovers() throws Exception {
    try (OtherJvm other = OtherJvm.start(folder)) {
      String[] first = other.line().split(" ", -1);
      String password = Files.readString(folder.resolve("password"));
      Access access =
          new Access(
              "jdbc:postgresql://127.0.0.1:" + first[1] + "/postgres", Cluster.USER, password);
      execute(access, "CREATE TABLE kept AS SELECT 42 AS answer");
      other.kill();
      killServer(Long.parseLong(first[2]));
    }
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      assertThat(postgres.attached()).isFalse();
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  @Test
  void aKilledServerComesBackOnItsPortWithItsRowsWhileAClientStillHangsOn() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
      int port = postgres.port();
      long pid = postgres.pid();
      try (Connection busy = connect(postgres.access());
          Statement statement = busy.createStatement()) {
        statement.execute("BEGIN");
        statement.execute("UPDATE kept SET answer = 43");
        killServer(pid);
        awaitOtherPid(postgres, pid);
      }
      assertThat(postgres.port()).isEqualTo(port);
      assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  /** As when the disk is full, which may be what killed it. */
  @Test
  void aKilledServerComesBackThoughItsLogCannotBeShortened() throws Exception {
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      Files.createDirectories(folder.resolve("postgres.log.1").resolve("in the way"));
      try (RandomAccessFile log =
          new RandomAccessFile(folder.resolve("postgres.log").toFile(), "rw")) {
        log.setLength(BoundedLog.SIZE_MAX + 1);
      }
      long pid = postgres.pid();
      killServer(pid);

      awaitOtherPid(postgres, pid);
      execute(postgres, "SELECT 1");
    }
  }

  @Test
  void aServerThatWasFoundIsWatchedLikeOneThatWasStarted() throws Exception {
    try (OtherJvm other = OtherJvm.start(folder)) {
      assertThat(other.line()).startsWith("running");
      other.kill();
    }
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      assertThat(postgres.attached()).isTrue();
      long pid = postgres.pid();
      killServer(pid);
      awaitOtherPid(postgres, pid);
      execute(postgres, "SELECT 1");
    }
  }

  @Test
  void aClosedServerStaysClosedAndTheFolderIsFree() throws Exception {
    EmbeddedPostgres postgres = TestPostgres.cluster(folder);
    Access access = postgres.access();
    long pid = postgres.pid();
    postgres.close();
    postgres.close();
    assertThat(Pulse.beats(pid)).isFalse();
    assertThat(PidFile.of(folder.resolve("cluster"))).doesNotExist();
    assertThatThrownBy(() -> connect(access)).isInstanceOf(SQLException.class);
    TestPostgres.cluster(folder).close();
  }

  @Test
  void closingWaitsForNoClient() throws Exception {
    EmbeddedPostgres postgres = TestPostgres.cluster(folder);
    try (Connection idle = connect(postgres.access());
        Statement statement = idle.createStatement()) {
      statement.execute("BEGIN");
      postgres.close();
      assertThat(Pulse.beats(postgres.pid())).isFalse();
      assertThat(folder.resolve("postgres.log")).content().contains("fast shutdown");
      assertThat(idle.isValid(1)).isFalse();
    }
  }

  @Test
  void aServerLeftRunningIsFound() throws Exception {
    EmbeddedPostgres first = TestPostgres.cluster(folder);
    first.leaveRunning();
    try (EmbeddedPostgres second = TestPostgres.cluster(folder)) {
      assertThat(second.attached()).isTrue();
      assertThat(second.pid()).isEqualTo(first.pid());
    }
  }

  @Test
  void thePortStaysTheSameUntilSomebodyTakesIt() throws Exception {
    int port = startAndStop();
    assertThat(startAndStop()).isEqualTo(port);
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(startAndStop()).isNotEqualTo(port);
    }
  }

  @Test
  void aPidFileWhoseNumberBelongsToSomebodyElseByNowIsRemoved() throws Exception {
    startAndStop();
    Path file = PidFile.of(folder.resolve("cluster").toRealPath());
    Files.writeString(file, ProcessHandle.current().pid() + "\n" + file.getParent() + "\n");
    startAndStop();
  }

  @Test
  void aFirstStartThatDiedHalfWayLeavesNothingInTheWay() throws Exception {
    Files.createDirectories(folder.resolve("unfinished-1/base"));
    Files.createFile(folder.resolve("everbrook.lock"));
    Files.writeString(folder.resolve("password"), "of an earlier try");
    startAndStop();
    assertThat(folder.resolve("unfinished-1")).doesNotExist();
  }

  @Test
  void aBrokenConfigurationIsReportedAtOnceWithPostgresOwnWords() throws Exception {
    startAndStop();
    Files.writeString(folder.resolve("cluster/postgresql.conf"), "shared_buffers = lots\n");
    assertThatThrownBy(() -> TestPostgres.cluster(folder))
        .isInstanceOf(PostgresFailure.class)
        .hasMessageContaining("shared_buffers")
        .hasMessageContaining(folder.resolve("postgres.log").toString());
  }

  @Test
  void aLostPasswordFileIsNamed() throws Exception {
    startAndStop();
    Files.delete(folder.resolve("password"));
    assertThatThrownBy(() -> TestPostgres.cluster(folder))
        .isInstanceOf(PostgresFailure.class)
        .hasMessageContaining(folder.resolve("password").toString());
  }

  private int startAndStop() {
    try (EmbeddedPostgres postgres = TestPostgres.cluster(folder)) {
      assertThat(postgres.attached()).isFalse();
      return postgres.port();
    }
  }

  private static void killServer(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  private static void awaitOtherPid(EmbeddedPostgres postgres, long pid)
      throws InterruptedException {
    Patience patience = Patience.of(SOON);
    while (postgres.pid() == pid) {
      assertThat(patience.over()).as("no restart within %s", SOON).isFalse();
      patience.rest();
    }
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    execute(postgres.access(), sql);
  }

  private static void execute(Access access, String sql) throws SQLException {
    try (Connection connection = connect(access);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres.access());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static Connection connect(Access access) throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }
}
