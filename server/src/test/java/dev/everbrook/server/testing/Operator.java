package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.node.JobNode;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody at another node of the same database, who runs no jobs but sees and cancels them. */
public final class Operator implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(50);

  private final HikariDataSource pool;
  private final Database database;
  private final Membership membership;
  private final Bell bell;
  private final JobNode jobs;

  private Operator(HikariDataSource pool) {
    this.pool = pool;
    database = new Database(pool);
    membership = new Membership(database, World.real(), "operator");
    bell = new Bell(database, World.real());
    jobs =
        new JobNode(
            database, bell, membership, World.real(), JobSettings.of(new SimpleMeterRegistry()));
  }

  public static Operator of(Scene scene) {
    Access access = scene.told().access();
    return new Operator(Pool.open(access.url(), access.user(), access.password(), 6));
  }

  /** How a job ended. */
  public record End(String outcome, int run, String error, JsonNode result) {}

  /** Enqueues a job that waits for these; its id is followed by theirs. */
  public long family(NewJob parent, List<NewJob> children) {
    return database.tx(tx -> jobs.enqueue(tx, parent, children.stream().map(Child::of).toList()));
  }

  public void cancel(long job) {
    assertThat(jobs.cancel(job)).isTrue();
  }

  /** Waits until the job has ended. */
  public End awaitEnd(long job, Duration most) {
    long start = System.nanoTime();
    while (true) {
      List<End> found =
          database.list(
              """
              SELECT outcome, run, coalesce(error, ''), coalesce(result, 'null')
                FROM everbrook.job_done WHERE id = ?
              """,
              row ->
                  new End(
                      row.getString(1),
                      row.getInt(2),
                      row.getString(3),
                      JsonMapper.shared().readTree(row.getString(4))),
              job);
      if (!found.isEmpty()) {
        return found.getFirst();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("job %s ended in time", job)
          .isLessThan(most);
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  @Override
  public void close() {
    jobs.close();
    bell.close();
    membership.close();
    pool.close();
  }
}
