package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.EmbeddedPostgres;
import dev.everbrook.postgres.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database goes and comes back while two nodes are busy. */
@Order(1)
class OutageTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final int JOBS_MIN = 2_000;

  private final Set<String> done = new TreeSet<>();
  private final Set<String> enqueued = new TreeSet<>();

  @Test
  void everyJobIsDoneThoughPostgresIsKilledAndComesBackAndEveryConnectionIsCut(@TempDir Path folder)
      throws Exception {
    EmbeddedPostgres server = TestPostgres.cluster(folder);
    try {
      Access access = server.access();
      TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
      try (JobsNode one = node(access);
          JobsNode two = node(access)) {
        AtomicBoolean enough = new AtomicBoolean();
        Thread enqueuing = Thread.ofVirtual().start(() -> enqueue(one, enough));
        awaitDone(JOBS_MIN / 4);
        kill(server.pid());
        server.close();
        server = TestPostgres.cluster(folder); // on the same port
        awaitDone(JOBS_MIN / 2);
        cutAll(access);
        awaitDone(JOBS_MIN);
        enough.set(true);
        enqueuing.join(WAIT);
        awaitNothingLeft(two.database);

        assertThat(done).containsAll(enqueued);
      }
    } finally {
      server.close();
    }
  }

  private JobsNode node(Access access) {
    return new JobsNode(access)
        .working(
            8,
            run -> {
              synchronized (done) {
                done.add(run.payload());
                done.notifyAll();
              }
              return new Outcome.Done();
            });
  }

  /** What was told to be enqueued is expected to be done; of the rest nobody knows. */
  private void enqueue(JobsNode node, AtomicBoolean enough) {
    for (int i = 0; !enough.get(); i++) {
      String payload = "{\"n\": " + i + "}";
      try {
        node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job(payload)));
        enqueued.add(payload);
      } catch (StoreFailure e) {
        assertThat(e.worthRetrying()).as(String.valueOf(e.getMessage())).isTrue();
      }
    }
  }

  private static void kill(long pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor();
  }

  private static void cutAll(Access access) {
    try (HikariDataSource other = Pool.open(access.url(), access.user(), access.password(), 1)) {
      new Database(other)
          .list(
              """
              SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
              """,
              row -> true);
    }
  }

  private void awaitDone(int jobs) throws InterruptedException {
    long ends = System.nanoTime() + WAIT.toNanos();
    synchronized (done) {
      while (done.size() < jobs) {
        long leftMs = Duration.ofNanos(ends - System.nanoTime()).toMillis();
        assertThat(leftMs).as("%s jobs of %s within %s", done.size(), jobs, WAIT).isPositive();
        done.wait(leftMs);
      }
    }
  }

  private static void awaitNothingLeft(Database database) {
    long start = System.nanoTime();
    List<Long> left = new ArrayList<>();
    while (Duration.ofNanos(System.nanoTime() - start).compareTo(WAIT) < 0) {
      left = database.list("SELECT id FROM everbrook.job LIMIT 10", row -> row.getLong(1));
      if (left.isEmpty()) {
        return;
      }
      Await.rest();
    }
    throw new AssertionError("still there: " + left);
  }
}
