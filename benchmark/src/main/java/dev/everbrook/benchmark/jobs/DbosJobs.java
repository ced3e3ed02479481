package dev.everbrook.benchmark.jobs;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.DBOSClient;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.migrations.MigrationManager;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A queue of DBOS: a job is a workflow without steps. It has no call for many at once. */
final class DbosJobs implements JobQueue {

  private static final String QUEUE = "bench";
  private static final String WORKFLOW = "nothing";
  private static final Duration POLL = Duration.ofMillis(100);

  /** Jobs that were enqueued run only under the version they were enqueued for. */
  private static final String VERSION = "1";

  private static final String LEFT =
      """
      SELECT count(*) FROM dbos.workflow_status WHERE status <> 'SUCCESS'
      """;

  private final HikariDataSource pool;
  private final DBOSClient client;
  private final DBOSClient.EnqueueOptions options;
  private @Nullable DBOS dbos;

  DbosJobs(Access access, int connections) {
    pool = JobPool.open(access, connections);
    MigrationManager.runMigrations(config());
    client = new DBOSClient(pool);
    options =
        new DBOSClient.EnqueueOptions(WORKFLOW, Jobs.class.getName(), QUEUE)
            .withAppVersion(VERSION);
  }

  private DBOSConfig config() {
    return DBOSConfig.defaults("bench").withDataSource(pool).withAppVersion(VERSION);
  }

  /** What it calls. */
  public interface Workflows {
    void nothing(int k);
  }

  /** Its annotation is how DBOS finds a workflow. */
  public record Jobs(IntConsumer handler) implements Workflows {

    @Override
    @Workflow(name = WORKFLOW)
    public void nothing(int k) {
      handler.accept(k);
    }
  }

  @Override
  public void enqueue(int k) {
    client.enqueueWorkflow(options, new Object[] {k});
  }

  @Override
  public void work(IntConsumer handler) {
    DBOS fresh = new DBOS(config());
    fresh.registerProxy(Workflows.class, new Jobs(handler));
    fresh.registerQueue(new Queue(QUEUE).withPollingInterval(POLL));
    fresh.launch();
    dbos = fresh;
  }

  @Override
  public void rest() {
    DBOS own = dbos;
    if (own != null) {
      own.close();
    }
    dbos = null;
  }

  @Override
  public long left() {
    return JobPool.count(pool, LEFT);
  }

  @Override
  public void close() {
    rest();
    client.close();
    pool.close();
  }
}
