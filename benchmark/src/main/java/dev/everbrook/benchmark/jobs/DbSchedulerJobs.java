package dev.everbrook.benchmark.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** db-scheduler as its guide has it for throughput: lock-and-fetch, and at once what is its own. */
final class DbSchedulerJobs implements JobQueue {

  private static final String NAME = "nothing";
  private static final Duration POLL = Duration.ofMillis(100);
  private static final double LOWER = 1;
  private static final double UPPER = 4;

  /** From its documentation. */
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS scheduled_tasks (
        task_name text NOT NULL,
        task_instance text NOT NULL,
        task_data bytea,
        execution_time timestamptz NOT NULL,
        picked boolean NOT NULL,
        picked_by text,
        last_success timestamptz,
        last_failure timestamptz,
        consecutive_failures int,
        last_heartbeat timestamptz,
        version bigint NOT NULL,
        priority smallint,
        PRIMARY KEY (task_name, task_instance)
      );
      CREATE INDEX IF NOT EXISTS execution_time_idx ON scheduled_tasks (execution_time);
      CREATE INDEX IF NOT EXISTS last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
      CREATE INDEX IF NOT EXISTS priority_execution_time_idx
        ON scheduled_tasks (priority DESC, execution_time ASC);
      """;

  private static final String LEFT =
      """
      SELECT count(*) FROM scheduled_tasks
      """;

  private final HikariDataSource pool;
  private final OneTimeTask<Payload> task;
  private final SchedulerClient client;
  private IntConsumer handler = k -> {};
  private @Nullable Scheduler scheduler;

  DbSchedulerJobs(Access access, int connections) {
    pool = JobPool.open(access, connections);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    } catch (SQLException e) {
      throw new BenchFailure("db-scheduler's table cannot be made: " + e.getMessage(), e);
    }
    task =
        Tasks.oneTime(NAME, Payload.class)
            .execute((instance, context) -> handler.accept(instance.getData().k()));
    client = SchedulerClient.Builder.create(pool, task).serializer(new Json()).build();
  }

  record Payload(int k) {}

  /** What the others carry: its own serialization is Java's, which is longer. */
  private static final class Json implements Serializer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Override
    public byte[] serialize(Object data) {
      return JSON.writeValueAsBytes(data);
    }

    @Override
    public <T> T deserialize(Class<T> type, byte[] data) {
      return JSON.readValue(data, type);
    }
  }

  private TaskInstance<Payload> instance(int k) {
    return task.instance(Integer.toString(k), new Payload(k));
  }

  @Override
  public void enqueue(int k) {
    Scheduler own = scheduler;
    SchedulerClient by = own == null ? client : own;
    if (!by.scheduleIfNotExists(instance(k), Instant.now())) {
      throw new BenchFailure("job " + k + " exists already");
    }
  }

  @Override
  public Optional<Bulk> bulk() {
    return Optional.of((first, count) -> {
      List<TaskInstance<?>> instances = new ArrayList<>();
      for (int k = first; k < first + count; k++) {
        instances.add(instance(k));
      }
      client.scheduleBatch(instances, Instant.now());
    });
  }

  @Override
  public void work(IntConsumer next) {
    handler = next;
    Scheduler fresh =
        Scheduler.create(pool, task)
            .serializer(new Json())
            .threads(CONCURRENCY)
            .pollUsingLockAndFetch(LOWER, UPPER)
            .pollingInterval(POLL)
            .enableImmediateExecution()
            .build();
    fresh.start();
    scheduler = fresh;
  }

  @Override
  public void rest() {
    Scheduler own = scheduler;
    if (own != null) {
      own.stop();
    }
    scheduler = null;
  }

  @Override
  public long left() {
    return JobPool.count(pool, LEFT);
  }

  @Override
  public void close() {
    rest();
    pool.close();
  }
}
