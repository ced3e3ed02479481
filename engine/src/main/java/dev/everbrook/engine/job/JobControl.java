package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator does with jobs, beside {@link Jobs#cancel}: with one at once, with many in the
 * background. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 *
 * <p>What is done with many is a job itself, of the queue {@link #QUEUE}, which every node that
 * works looks after. It goes on after the death of its node, can be cancelled, and its result says
 * what it did: {@code {"jobs":1200,"looks":7}}.
 */
public final class JobControl {

  private static final Logger log = LoggerFactory.getLogger(JobControl.class);

  /** The queue of what the engine does for its operator. */
  public static final String QUEUE = "everbrook";

  /** How many such jobs a node runs at once. */
  static final int PLACES = 2;

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

  private static final String NOW = "SELECT now()";

  private final Database database;
  private final Consumer<String> nudge;
  private final ToLongBiFunction<Tx, NewJob> enqueue;
  private volatile Function<Run, Progress> reports =
      run -> jobs -> log.info("{} has changed {} jobs so far", run, jobs);

  /**
   * @param nudge is told of a queue in which something became ready
   */
  JobControl(Database database, Consumer<String> nudge, ToLongBiFunction<Tx, NewJob> enqueue) {
    this.database = database;
    this.nudge = nudge;
    this.enqueue = enqueue;
  }

  /** Hands out who does what is done in the background, by kind. */
  void handlers(BiConsumer<String, Handler> each) {
    Sweeping sweeping = new Sweeping(database, nudge, run -> reports.apply(run));
    each.accept(Redriving.TYPE.kind(), Redriving.handler(sweeping));
    each.accept(Draining.TYPE.kind(), Draining.handler(sweeping));
  }

  /** Tells whoever {@code reporter} names for a run how far that has come, instead of the log. */
  public void report(Function<Run, Progress> reporter) {
    reports = reporter;
  }

  /**
   * Puts a job that failed or was cancelled back into its queue, ready, under the same id, with all
   * its attempts and all its time before it. It has no dedupe key any more; what it waited for is
   * not waited for again, and {@link Run#children} tells what had ended by then; and who waited for
   * it has been told of its end and is not told again. Idempotent: one that is in its queue already
   * stays as it is.
   *
   * @return the state it has then: {@link JobState#DONE} for one with nothing to retry; nothing if
   *     there is no such job
   */
  public Optional<JobState> retry(long job) {
    return now(database.tx(tx -> Reviving.revive(tx, "", job)), job);
  }

  /**
   * Lets a delayed job begin at once. Idempotent: one that does not wait for its time stays as it
   * is.
   *
   * @return the state it has then; nothing if there is no such job
   */
  public Optional<JobState> runNow(long job) {
    return now(database.list(RUN_NOW, row -> row.getString(1), job), job);
  }

  private Optional<JobState> now(List<String> changed, long job) {
    if (changed.isEmpty()) {
      return database.first(STATE, row -> JobState.of(row.getString(1)).orElseThrow(), job, job);
    }
    changed.forEach(nudge);
    return Optional.of(JobState.READY);
  }

  /**
   * Retries all jobs that fit and have ended until now, in the background; those of {@link #QUEUE}
   * are left out, since what was stopped must not begin again by itself: see {@link #retry}.
   *
   * @param filter whose state is {@link JobState#FAILED} or {@link JobState#CANCELLED}
   * @return the job that does it
   */
  public long redrive(JobFilter filter) {
    if (filter.state().filter(Redriving::canRedrive).isEmpty()) {
      throw new IllegalArgumentException(
          "only failed jobs can be re-driven, or cancelled ones; the filter must say which");
    }
    if (filter.queue().filter(QUEUE::equals).isPresent()) {
      throw new IllegalArgumentException(
          "jobs of the queue " + QUEUE + " are retried one by one: they change many others");
    }
    return database.tx(tx -> {
      Instant now = tx.only(NOW, row -> JobRow.time(row, 1).orElseThrow());
      boolean later = filter.to().isEmpty() || filter.to().get().isAfter(now);
      if (filter.from().isPresent() && !filter.from().get().isBefore(now)) {
        throw new IllegalArgumentException(
            "from must be in the past, was " + filter.from().get() + " at " + now);
      }
      return begin(tx, Redriving.TYPE, Sweep.of(later ? filter.to(now) : filter));
    });
  }

  /**
   * Cancels all jobs of a queue that were enqueued until now and wait, in the background; those
   * that run go on. A paused queue is drained too.
   *
   * @return the job that does it
   */
  public long drain(String queue) {
    NewJob.named("queue", queue);
    return database.tx(tx -> begin(tx, Draining.TYPE, Sweep.of(JobFilter.ALL.queue(queue))));
  }

  private long begin(Tx tx, JobType<Sweep, Sweep.Sum> type, Sweep sweep) {
    return enqueue.applyAsLong(tx, type.in(QUEUE, sweep).within(SWEEP_MAX));
  }
}
