package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A node that works is closed while its database does not do as it is told. */
@Order(1)
class ClosingTest {

  private static final Duration CLOSE_MAX = Duration.ofMillis(11_500); // about 10 s
  private static final int WAIT_S = 30;
  private static final int POOL = 10;
  private static final List<String> QUEUES = List.of("a", "b", "c", "d", "e");

  /** A busy node over a pool such as an application brings, without any limit of its own. */
  private static final class Node implements AutoCloseable {
    private final HikariDataSource pool;
    private final Engine engine;
    private final CountDownLatch never = new CountDownLatch(1);

    Node(String url, Access access) throws InterruptedException {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
      config.setUsername(access.user());
      config.setPassword(access.password());
      config.setMaximumPoolSize(POOL);
      pool = new HikariDataSource(config);
      engine = Engine.start(pool, EngineSettings.DEFAULT);
      CountDownLatch running = new CountDownLatch(QUEUES.size());
      engine
          .jobs()
          .handle(
              "k",
              RetryPolicy.DEFAULT,
              _ -> {
                running.countDown();
                never.await();
                return new Outcome.Done();
              });
      engine.jobs().work(Map.of("a", 1, "b", 1, "c", 1, "d", 1, "e", 1));
      QUEUES.forEach(queue -> engine.jobs().enqueue(NewJob.of(queue, "k", "{}")));
      assertThat(running.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }

    void assertClosesInTime(String though) {
      long start = System.nanoTime();
      engine.close();
      engine.close(); // does nothing
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertThat(took).as("closing though " + though).isLessThan(CLOSE_MAX);
    }

    /** What closes in order has its whole time after the grace. */
    void assertClosesInTimeAfterItsGrace() {
      Duration grace = Duration.ofSeconds(4);
      long start = System.nanoTime();
      engine.close(grace);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertThat(took)
          .as("closing with a grace")
          .isGreaterThan(grace.plusSeconds(7))
          .isLessThan(grace.plus(CLOSE_MAX));
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  @Test
  void aNodeClosesInTimeWhateverTheDatabaseDoes() throws Exception {
    List<Callable<Boolean>> troubles =
        List.of(
            ClosingTest::allIsWell,
            ClosingTest::theLineIsDead,
            ClosingTest::theLineIsDeadAndAGraceIsGiven,
            ClosingTest::rowsAndTablesAreLocked,
            ClosingTest::thePoolIsExhausted,
            ClosingTest::nothingCommits);
    List<Future<Boolean>> closed = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      troubles.forEach(it -> closed.add(threads.submit(it)));
      for (Future<Boolean> one : closed) {
        assertThat(one.get(2 * WAIT_S, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static boolean allIsWell() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (Node node = new Node(access.url(), access)) {
      node.assertClosesInTime("all is well");
      try (Connection look = connect(access);
          Statement statement = look.createStatement()) {
        var rows =
            statement.executeQuery(
                """
                SELECT (SELECT count(*) FROM everbrook.node),
                       (SELECT count(*) FROM everbrook.job WHERE state = 'running')
                """);
        rows.next();
        assertThat(rows.getInt(1)).as("it has signed off").isZero();
        assertThat(rows.getInt(2)).as("its jobs are given back").isZero();
      }
    }
    return true;
  }

  private static boolean theLineIsDead() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (FrozenLine line = new FrozenLine(access);
        Node node = new Node(line.url(), access)) {
      line.freezeForGood();
      node.assertClosesInTime("the line is dead");
      line.cut(); // else its pool would wait for what is being opened
    }
    return true;
  }

  private static boolean theLineIsDeadAndAGraceIsGiven() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (FrozenLine line = new FrozenLine(access);
        Node node = new Node(line.url(), access)) {
      line.freezeForGood();
      node.assertClosesInTimeAfterItsGrace();
      line.cut(); // else its pool would wait for what is being opened
    }
    return true;
  }

  private static boolean rowsAndTablesAreLocked() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (Node node = new Node(access.url(), access);
        Connection application = connect(access);
        Statement statement = application.createStatement()) {
      application.setAutoCommit(false);
      statement.execute("SELECT FROM everbrook.node FOR UPDATE");
      statement.execute("LOCK TABLE everbrook.job, everbrook.stream, everbrook.channel");
      node.assertClosesInTime("rows and tables are locked");
    }
    return true;
  }

  private static boolean thePoolIsExhausted() throws Exception {
    Access access = TestPostgres.newDatabase();
    List<Connection> taken = new ArrayList<>();
    try (Node node = new Node(access.url(), access)) {
      for (int i = 0; i < POOL - 3; i++) { // the rest is the node's own
        taken.add(node.pool.getConnection());
      }
      node.assertClosesInTime("the pool is exhausted");
      for (Connection connection : taken) {
        connection.close();
      }
    }
    return true;
  }

  private static boolean nothingCommits() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (Node node = new Node(access.url(), access);
        Connection application = connect(access);
        Statement statement = application.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(42)");
      statement.execute(
          """
          CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_advisory_xact_lock_shared(42);
            RETURN NULL;
          END $$
          """);
      for (String table : List.of("node", "job", "job_done")) {
        statement.execute(
            """
            CREATE CONSTRAINT TRIGGER stall AFTER INSERT OR UPDATE OR DELETE ON everbrook.%s
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stall()
            """
                .formatted(table));
      }
      node.assertClosesInTime("nothing commits");
    }
    return true;
  }

  private static Connection connect(Access access) throws Exception {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }
}
