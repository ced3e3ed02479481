package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Goes through jobs, a bounded batch a transaction, until there are no more or its run is to stop.
 * Safe for use by many threads.
 */
final class Sweeping {

  /** How many jobs one transaction changes. */
  static final int BATCH_MAX = 500;

  /** How often a transaction that lost a conflict is tried before the run is. */
  private static final int TRIES_MAX = 5;

  /** How many rows it looks at to find them. */
  static final int LOOKED_MAX = 4 * BATCH_MAX;

  /** It goes on where it was, so what stops it for a while is no reason to give up. */
  static final RetryPolicy POLICY =
      new RetryPolicy(1_000, Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** Finds the next jobs. */
  @FunctionalInterface
  interface Look {
    JobLooks.Found at(Tx tx, Sweep sweep);
  }

  /** Changes jobs and returns the queue of each that was changed. */
  @FunctionalInterface
  interface Change {
    List<String> of(Tx tx, long[] jobs);
  }

  private final Database database;
  private final Consumer<String> nudge;
  private final Function<Run, Progress> reports;

  Sweeping(Database database, Consumer<String> nudge, Function<Run, Progress> reports) {
    this.database = database;
    this.nudge = nudge;
    this.reports = reports;
  }

  Outcome run(Run run, Sweep begun, Look look, Change change) throws InterruptedException {
    run.onStop(() -> {}); // it looks by itself, between its transactions
    Progress progress = reports.apply(run);
    Sweep sweep = begun;
    boolean more = true;
    while (more) {
      if (run.stopReason().isPresent()) {
        return run.stopReason().get() == StopReason.CANCELLED
            ? new Outcome.Cancelled()
            : new Outcome.HandOver();
      }
      Sweep before = sweep;
      JobLooks.Found found = database.tx(tx -> look.at(tx, before));
      more = found.edge().isPresent();
      long next = found.edge().orElse(0);
      long[] jobs = found.ids().stream().mapToLong(it -> it).toArray();
      List<String> changed =
          decided(tx -> {
            List<String> queues = change.of(tx, jobs);
            before.movedTo(next, queues.size()).keep(tx, run);
            return queues;
          });
      sweep = before.movedTo(next, changed.size());
      changed.stream().collect(Collectors.toSet()).forEach(nudge);
      progress.changed(sweep.sum().jobs());
    }
    return Redriving.TYPE.done(sweep.sum());
  }

  /** Tries again where a conflict with others was resolved against this transaction. */
  private List<String> decided(Database.Work<List<String>> work) {
    for (int tries = 1; ; tries++) {
      try {
        return database.tx(work);
      } catch (StoreFailure e) {
        if (!e.isRolledBack() || tries == TRIES_MAX) {
          throw e;
        }
      }
    }
  }
}
