package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobType;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.text.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations on jobs. Safe for use by many threads. */
public final class JobOperations implements JobControl {

  private static final Logger log = LoggerFactory.getLogger(JobOperations.class);

  /** The number of operations that a node runs at once. */
  public static final int SLOTS = 2;

  private static final Duration SWEEP_MAX = Duration.ofDays(7);

  private static final String RUN_NOW =
      """
      UPDATE everbrook.job SET state = 'ready', run_at = now()
       WHERE id = ? AND state = 'delayed' RETURNING queue
      """;

  private static final String STATE =
      """
      SELECT state FROM everbrook.job WHERE id = ?
      UNION ALL
      SELECT outcome FROM everbrook.job_done WHERE id = ?
      """;

  private static final String NOW = "SELECT clock_timestamp() AS now";

  private final Database database;
  private final QueueNotifier notifier;
  private final ToLongBiFunction<Tx, NewJob> enqueue;
  private volatile Function<Run, Progress> reports =
      run -> jobs -> log.info("{} has changed {} jobs so far", run, jobs);

  public JobOperations(
      Database database, QueueNotifier notifier, ToLongBiFunction<Tx, NewJob> enqueue) {
    this.database = database;
    this.notifier = notifier;
    this.enqueue = enqueue;
  }

  /** Passes on the handlers of the background operations, by kind. */
  public void handlers(BiConsumer<String, Handler> each) {
    Sweeper sweeping = new Sweeper(database, notifier::wake, run -> reports.apply(run));
    each.accept(Redrive.TYPE.kind(), Redrive.handler(sweeping));
    each.accept(Drain.TYPE.kind(), Drain.handler(sweeping));
  }

  @Override
  public void report(Function<Run, Progress> reporter) {
    reports = reporter;
  }

  @Override
  public Optional<JobState> retry(long job) {
    return database.tx(tx -> retry(tx, job));
  }

  @Override
  public Optional<JobState> retry(Tx tx, long job) {
    return state(tx, Revival.revive(tx, "", job), job);
  }

  @Override
  public Optional<JobState> runNow(long job) {
    return database.tx(tx -> runNow(tx, job));
  }

  @Override
  public Optional<JobState> runNow(Tx tx, long job) {
    return state(tx, tx.list(RUN_NOW, row -> row.getString(1), job), job);
  }

  /** The job's state, after a statement that made it ready in these queues, if any. */
  private Optional<JobState> state(Tx tx, List<String> queues, long job) {
    if (queues.isEmpty()) {
      return tx.first(STATE, row -> JobState.of(row.getString(1)).orElseThrow(), job, job);
    }
    queues.forEach(queue -> notifier.wake(tx, queue));
    return Optional.of(JobState.READY);
  }

  @Override
  public long redrive(JobFilter filter) {
    return database.tx(tx -> redrive(tx, filter));
  }

  @Override
  public long redrive(Tx tx, JobFilter filter) {
    if (filter.state().filter(Redrive::canRedrive).isEmpty()) {
      throw new IllegalArgumentException(
          "only failed jobs can be re-driven, or cancelled ones; the filter must say which");
    }
    if (filter.queue().filter(QUEUE::equals).isPresent()) {
      throw new IllegalArgumentException(
          "jobs of the queue " + QUEUE + " are retried one by one: they change many others");
    }
    Instant now = tx.only(NOW, row -> Columns.time(row, "now").orElseThrow());
    boolean later = filter.to().isEmpty() || filter.to().get().isAfter(now);
    if (filter.from().isPresent() && !filter.from().get().isBefore(now)) {
      throw new IllegalArgumentException(
          "from must be in the past, was " + filter.from().get() + " at " + now);
    }
    return begin(tx, Redrive.TYPE, Sweep.of(later ? filter.to(now) : filter));
  }

  @Override
  public long drain(String queue) {
    return database.tx(tx -> drain(tx, queue));
  }

  @Override
  public long drain(Tx tx, String queue) {
    Names.check("a job's queue", queue);
    return begin(tx, Drain.TYPE, Sweep.of(JobFilter.ALL.queue(queue)));
  }

  private long begin(Tx tx, JobType<Sweep, Sweep.Sum> type, Sweep sweep) {
    return enqueue.applyAsLong(tx, type.in(QUEUE, sweep).within(SWEEP_MAX));
  }
}
