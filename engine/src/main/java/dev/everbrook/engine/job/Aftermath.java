package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an outcome has to do besides the verdict on its job, and what a handler can do through its
 * run. Safe for use by many threads.
 */
final class Aftermath {

  private static final Logger log = LoggerFactory.getLogger(Aftermath.class);

  /** How long the end of a single job waits for a lock before it is tried again. */
  private static final Duration LOCK_MAX = Duration.ofMillis(200);

  private static final String PAYLOAD =
      """
      SELECT payload::text FROM everbrook.job
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  private static final String IS_HELD =
      """
      SELECT count(*) > 0 FROM everbrook.job
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  private final Database database;
  private final VerdictTable verdicts;
  private final Family family;
  private final Lanes lanes;
  private final Nudges nudges;
  private final JobMeters meters;

  Aftermath(
      Database database,
      VerdictTable verdicts,
      Family family,
      Lanes lanes,
      Nudges nudges,
      JobMeters meters) {
    this.database = database;
    this.verdicts = verdicts;
    this.family = family;
    this.lanes = lanes;
    this.nudges = nudges;
    this.meters = meters;
  }

  List<ChildEnd> children(long job) {
    return family.children(job);
  }

  ChildPage children(long job, long after) {
    return family.page(job, after);
  }

  /** What a run's job was enqueued with, where its claim left that. */
  String payload(Run run) {
    Claimed held = run.claimed();
    return database
        .first(PAYLOAD, row -> row.getString(1), held.id(), held.run(), held.node())
        .orElseThrow(() -> new NoLongerHeld(run));
  }

  /** Writes the end of a run's job in a transaction that others commit. */
  void end(Tx tx, Run run, Verdict.Finish finish) {
    VerdictTable.Written changed =
        verdicts.write(tx, List.of(new VerdictTable.Entry(run.claimed(), finish)));
    if (changed.jobs().isEmpty()) {
      throw new NoLongerHeld(run);
    }
    if (tx.tellsItsEnd()) {
      tx.afterCommit(() -> {
        meters.written(finish);
        changed.queues().forEach(nudges::nudge);
      });
    } else {
      changed.queues().forEach(nudges::expect);
    }
  }

  /**
   * Does what the outcome says and returns what is left to be judged. Bears repeating.
   *
   * @throws StoreFailure if the same may succeed later
   */
  Outcome carryOut(Run run, Outcome outcome) {
    try {
      return switch (outcome) {
        case Outcome.Done _ when run.isCompleted() -> // and is still held: see Execution
            new Outcome.Failed("the transaction that completed it was not committed", true);
        case Outcome.Limited(var after, var reason) -> {
          run.unused();
          close(run, after, reason);
          yield outcome;
        }
        case Outcome.AfterChildren split -> await(run, split);
        case Outcome.Done _,
            Outcome.Snooze _,
            Outcome.Failed _,
            Outcome.Cancelled _,
            Outcome.HandOver _ ->
            outcome;
      };
    } catch (StoreFailure e) {
      if (e.worthRetrying()) {
        throw e;
      }
      log.warn("the outcome of {} was refused by the database; the attempt fails", run, e);
      return new Outcome.Failed(String.valueOf(e.getMessage()), !e.isDataError());
    } catch (IllegalArgumentException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), false);
    }
  }

  /**
   * Writes the end of a run's job with what belongs to it. What the database rejects ends the job
   * all the same, as failed. Bears repeating; changes nothing if the job is not this run's any
   * more.
   *
   * @throws StoreFailure if it could not be written
   */
  void end(Run run, Verdict.Finish finish, Ending ending) {
    try {
      database.tx(tx -> end(tx, run, finish, ending));
    } catch (StoreFailure e) {
      if (!e.isDataError() || finish.how() == Ended.FAILED) {
        throw e;
      }
      log.error("the end of {} cannot be written as it is; the job ends as failed", run, e);
      database.tx(tx -> end(tx, run, Verdict.unwritable(e), ending));
    }
  }

  private boolean end(Tx tx, Run run, Verdict.Finish finish, Ending ending) {
    Claimed held = run.claimed();
    ending.write(
        tx, new Workforce.JobEnd(held.hold(), run.principal(), finish.how(), finish.error()));
    VerdictTable.Written written =
        verdicts.write(tx, List.of(new VerdictTable.Entry(held, finish)), LOCK_MAX);
    tx.afterCommit(() -> {
      if (written.jobs().isEmpty()) {
        meters.fenced();
        log.info("the end of {} was dropped: this node does not hold it any more", run);
      } else {
        meters.written(finish);
        written.queues().forEach(nudges::nudge);
      }
    });
    return true;
  }

  private Outcome await(Run run, Outcome.AfterChildren split) {
    String here = Traces.here();
    String trace = here.isEmpty() ? run.claimed().ties().trace() : here;
    return switch (family.await(run.claimed(), split.children(), trace)) {
      case BEGUN -> {
        nudges.enqueued(family.jobs(split.children()));
        yield split;
      }
      case CANCELLED -> new Outcome.Cancelled();
      case LOST -> {
        log.info("the children of {} were dropped: this node does not hold it any more", run);
        yield split;
      }
    };
  }

  private void close(Run run, Duration after, String reason) {
    lanes.limited(run.claimed().queue(), run.lane(), after, reason);
  }

  /**
   * Whether the job is still this run's.
   *
   * @throws StoreFailure if that cannot be read
   */
  boolean isHeld(Run run) {
    Claimed claimed = run.claimed();
    return database
        .list(IS_HELD, row -> row.getBoolean(1), claimed.id(), claimed.run(), claimed.node())
        .getFirst();
  }
}
