package dev.everbrook.benchmark.jobs;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.model.ChatModel;
import dev.everbrook.postgres.Access;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Everbrook's own queue: a node that enqueues, and beside it one for as long as jobs are run. */
final class EverbrookJobs implements JobQueue {

  private static final String QUEUE = "bench";
  private static final String KIND = "bench.nothing";

  /** Beside the ones the engine keeps: few, which a database of few cores serves best. */
  private static final int CONNECTIONS = 8;

  private static final String LEFT =
      """
      SELECT coalesce(sum(n), 0) FROM everbrook.job_count
       WHERE state IN ('ready', 'delayed', 'blocked', 'running')
      """;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ChatModel NEVER_ASKED =
      request -> {
        throw new IllegalStateException("no answer is asked for here: " + request);
      };

  private final HikariDataSource pool;

  /** A node that only enqueues. */
  private final Engine idle;

  /** The one that runs jobs, while there is one; what is enqueued then is enqueued there. */
  private @Nullable Engine working;

  EverbrookJobs(Access access) {
    pool = Pool.open(access.url(), access.user(), access.password(), CONNECTIONS + Pool.DEDICATED);
    idle = start();
  }

  private Engine start() {
    return Engine.start(
        pool, NEVER_ASKED, EngineSettings.builder().name("bench").answersAtOnce(0).build());
  }

  private Engine engine() {
    Engine engine = working;
    return engine == null ? idle : engine;
  }

  private static NewJob job(int k) {
    return NewJob.of(QUEUE, KIND, "{\"k\": " + k + "}");
  }

  @Override
  public void enqueue(int k) {
    engine().jobs().enqueue(job(k));
  }

  @Override
  public Optional<IntConsumer> coalesced() {
    return Optional.of(k -> {
      try {
        engine().jobs().enqueueAsync(job(k)).join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchFailure("interrupted while a job was enqueued", e);
      }
    });
  }

  @Override
  public Optional<Bulk> bulk() {
    return Optional.of((first, count) -> {
      List<NewJob> jobs =
          IntStream.range(first, first + count).mapToObj(EverbrookJobs::job).toList();
      Engine engine = engine();
      engine.database().tx(tx -> engine.jobs().enqueueAll(tx, jobs));
    });
  }

  @Override
  public void work(IntConsumer handler) {
    Engine engine = start();
    engine
        .jobs()
        .handle(
            KIND,
            RetryPolicy.DEFAULT,
            run -> {
              handler.accept(JSON.readTree(run.payload()).get("k").intValue());
              return new Outcome.Done();
            });
    engine.jobs().work(Map.of(QUEUE, CONCURRENCY));
    working = engine;
  }

  @Override
  public void rest() {
    Engine engine = working;
    if (engine != null) {
      engine.close();
    }
    working = null;
  }

  @Override
  public long left() {
    return idle.database().first(LEFT, row -> row.getLong(1)).orElseThrow();
  }

  @Override
  public void close() {
    rest();
    idle.close();
    pool.close();
  }
}
