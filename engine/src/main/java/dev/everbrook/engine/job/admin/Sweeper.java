package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Changes many jobs, a bounded batch a transaction, until none is left or its run is to stop. Safe
 * for use by many threads.
 */
public final class Sweeper {

  /** The most jobs of one transaction. */
  static final int BATCH_MAX = 500;

  /** The most looks at one batch in one run, while some of its rows are locked. */
  private static final int STAYS_MAX = 1_000;

  /** The most rows of one look. */
  static final int LOOKED_MAX = 4 * BATCH_MAX;

  /** A sweep resumes where it stopped, so interruptions do not end it. */
  public static final RetryPolicy POLICY =
      new RetryPolicy(1_000, Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** Finds the next jobs. */
  @FunctionalInterface
  interface Look {
    JobScan.Found at(Tx tx, Sweep sweep);
  }

  /** Changes jobs. */
  @FunctionalInterface
  interface Change {
    Changed of(Tx tx, long[] jobs);
  }

  /**
   * The changes of one transaction.
   *
   * @param queues the queue of each changed job
   * @param all whether the batch is complete; otherwise it is looked at again
   */
  public record Changed(List<String> queues, boolean all) {}

  private final Database database;
  private final Consumer<String> wake;
  private final Function<Run, JobControl.Progress> reports;

  public Sweeper(
      Database database, Consumer<String> wake, Function<Run, JobControl.Progress> reports) {
    this.database = database;
    this.wake = wake;
    this.reports = reports;
  }

  /** Runs a sweep. A rejected change is not retried: the database would reject it again. */
  Outcome run(Run run, Sweep begun, Look look, Change change) throws InterruptedException {
    try {
      return sweep(run, begun, look, change);
    } catch (StoreFailure e) {
      if (e.worthRetrying()) {
        throw e;
      }
      return new Outcome.Failed(String.valueOf(e.getMessage()), false);
    }
  }

  private Outcome sweep(Run run, Sweep begun, Look look, Change change)
      throws InterruptedException {
    run.onStop(() -> {}); // no interrupt: the loop below checks for a stop between transactions
    JobControl.Progress progress = reports.apply(run);
    Sweep sweep = begun;
    int stays = 0;
    boolean more = true;
    while (more) {
      if (run.stopReason().isPresent()) {
        return run.stopReason().get() == StopReason.CANCELLED
            ? new Outcome.Cancelled()
            : new Outcome.HandOver();
      }
      Sweep before = sweep;
      JobScan.Found found = database.tx(tx -> look.at(tx, before));
      long next = found.edge().orElse(0);
      long[] jobs = found.ids().stream().mapToLong(it -> it).toArray();
      Changed changed =
          database.tx(tx -> {
            Changed these = change.of(tx, jobs);
            moved(before, next, these).keep(tx, run);
            return these;
          });
      sweep = moved(before, next, changed);
      more = found.edge().isPresent() || !changed.all();
      stays = changed.all() ? 0 : stays + 1;
      if (stays > STAYS_MAX) {
        return new Outcome.Failed("others hold some of its jobs for long; it goes on later", true);
      }
      changed.queues().stream().collect(Collectors.toSet()).forEach(wake);
      progress.changed(sweep.sum().jobs());
    }
    return sweep.done();
  }

  private static Sweep moved(Sweep before, long next, Changed changed) {
    return before.movedTo(changed.all() ? next : before.before(), changed.queues().size());
  }
}
