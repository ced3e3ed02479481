package dev.everbrook.benchmark.jobs;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.jspecify.annotations.Nullable;

/** JobRunr without its dashboard; it finds a job by looking, at least 5 s apart. */
final class JobRunrJobs implements JobQueue {

  static final Duration POLL = Duration.ofSeconds(5);

  private static final List<StateName> NOT_DONE =
      List.of(StateName.ENQUEUED, StateName.PROCESSING, StateName.SCHEDULED, StateName.FAILED);

  private final HikariDataSource pool;
  private final Jackson3JsonMapper json = new Jackson3JsonMapper();
  private final PostgresStorageProvider store;
  private final JobRequestScheduler scheduler;
  private @Nullable BackgroundJobServer server;

  JobRunrJobs(Access access, int connections) {
    pool = JobPool.open(access, connections);
    store = new PostgresStorageProvider(pool);
    store.setJobMapper(new JobMapper(json));
    scheduler = new JobRequestScheduler(store);
  }

  /** What it stores, and has its JSON library make again. */
  public record Payload(int k) implements JobRequest {

    @Override
    public Class<Nothing> getJobRequestHandler() {
      return Nothing.class;
    }
  }

  /** The handler, made by us for each job since it is told where to report. */
  public record Nothing(IntConsumer handler) implements JobRequestHandler<Payload> {

    @Override
    public void run(Payload payload) {
      handler.accept(payload.k());
    }
  }

  @Override
  public void enqueue(int k) {
    scheduler.enqueue(new Payload(k));
  }

  @Override
  public Optional<Bulk> bulk() {
    return Optional.of((first, count) ->
        scheduler.enqueue(IntStream.range(first, first + count).mapToObj(Payload::new)));
  }

  @Override
  public void work(IntConsumer handler) {
    JobActivator activator =
        new JobActivator() {
          @Override
          public <T> T activateJob(Class<T> type) {
            return type.cast(new Nothing(handler));
          }
        };
    BackgroundJobServer fresh =
        new BackgroundJobServer(
            store,
            json,
            activator,
            BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andWorkerCount(CONCURRENCY)
                .andPollInterval(POLL));
    fresh.start();
    server = fresh;
  }

  @Override
  public void rest() {
    BackgroundJobServer own = server;
    if (own != null) {
      own.stop();
    }
    server = null;
  }

  @Override
  public long left() {
    return NOT_DONE.stream().mapToLong(store::countJobs).sum();
  }

  @Override
  public void close() {
    rest();
    store.close();
    pool.close();
  }
}
