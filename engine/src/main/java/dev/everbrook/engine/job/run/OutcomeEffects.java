package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.enqueue.TraceParent;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.job.finish.VerdictTable;
import dev.everbrook.engine.job.lane.LaneTable;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The effects of an outcome beside the verdict on its job, and the actions of a handler through its
 * run. Safe for use by many threads.
 */
public final class OutcomeEffects {

  private static final Logger log = LoggerFactory.getLogger(OutcomeEffects.class);

  /** The longest wait of a single job's end for a lock, before it is retried. */
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
  private final LaneTable lanes;
  private final QueueNotifier notifier;
  private final JobMeters meters;

  public OutcomeEffects(
      Database database,
      VerdictTable verdicts,
      Family family,
      LaneTable lanes,
      QueueNotifier notifier,
      JobMeters meters) {
    this.database = database;
    this.verdicts = verdicts;
    this.family = family;
    this.lanes = lanes;
    this.notifier = notifier;
    this.meters = meters;
  }

  public List<ChildEnd> children(long job) {
    return family.children(job);
  }

  public ChildEnd.Page children(long job, long after) {
    return family.page(job, after);
  }

  /** The payload of a run's job, if its claim left it in the row. */
  public String payload(Claimed held) {
    return database
        .first(PAYLOAD, row -> row.getString(1), held.id(), held.run(), held.node())
        .orElseThrow(() -> new NoLongerHeld(held.toString()));
  }

  /** Writes the end of a run's job in the caller's transaction. */
  public void end(Tx tx, Claimed held, Verdict.Finish finish) {
    VerdictTable.Written changed =
        verdicts.write(tx, List.of(new VerdictTable.Entry(held, finish)));
    if (changed.jobs().isEmpty()) {
      throw new NoLongerHeld(held.toString());
    }
    if (tx.tellsItsEnd()) {
      tx.afterCommit(() -> {
        meters.written(finish);
        changed.queues().forEach(notifier::wake);
      });
    } else {
      changed.queues().forEach(notifier::expect);
    }
  }

  /**
   * Carries an outcome out and returns the outcome to decide on. May be repeated.
   *
   * @throws StoreFailure if a retry may succeed
   */
  Outcome carryOut(Claimed job, Outcome outcome, boolean completed) {
    try {
      return switch (outcome) {
        case Outcome.Done _ when completed -> // and is still held: see Execution
            new Outcome.Failed("the transaction that completed it was not committed", true);
        case Outcome.Limited(var after, var reason) -> {
          lanes.limited(job.queue(), job.links().lane(), after, reason);
          yield outcome;
        }
        case Outcome.AfterChildren split -> await(job, split);
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
      log.warn("the outcome of {} was refused by the database; the attempt fails", job, e);
      return new Outcome.Failed(String.valueOf(e.getMessage()), !e.isDataError());
    } catch (IllegalArgumentException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), false);
    }
  }

  /**
   * Writes the end of a run's job together with the writes of its hook. If the database rejects
   * them, the job ends as failed. May be repeated; changes nothing if the run no longer holds the
   * job.
   *
   * @throws StoreFailure if it could not be written
   */
  void end(Claimed held, Verdict.Finish finish, EndHook ending) {
    try {
      database.tx(tx -> end(tx, held, finish, ending));
    } catch (StoreFailure e) {
      if (!e.isDataError() || finish.how() == Ended.FAILED) {
        throw e;
      }
      log.error("the end of {} cannot be written as it is; the job ends as failed", held, e);
      database.tx(tx -> end(tx, held, Verdict.unwritable(e), ending));
    }
  }

  private boolean end(Tx tx, Claimed held, Verdict.Finish finish, EndHook ending) {
    ending.write(tx, new EndHook.End(held.fence(), held.principal(), finish.how(), finish.error()));
    VerdictTable.Written written =
        verdicts.write(tx, List.of(new VerdictTable.Entry(held, finish)), LOCK_MAX);
    tx.afterCommit(() -> {
      if (written.jobs().isEmpty()) {
        meters.fenced();
        log.info("the end of {} was dropped: this node does not hold it any more", held);
      } else {
        meters.written(finish);
        written.queues().forEach(notifier::wake);
      }
    });
    return true;
  }

  private Outcome await(Claimed job, Outcome.AfterChildren split) {
    String here = TraceParent.current();
    String trace = here.isEmpty() ? job.links().trace() : here;
    return switch (family.await(job, split.children(), trace)) {
      case BEGUN -> {
        notifier.enqueued(family.jobs(split.children()));
        yield split;
      }
      case CANCELLED -> new Outcome.Cancelled();
      case LOST -> {
        log.info("the children of {} were dropped: this node does not hold it any more", job);
        yield split;
      }
    };
  }

  /**
   * Whether the run still holds the job.
   *
   * @throws StoreFailure if that cannot be read
   */
  boolean isHeld(Claimed claimed) {
    return database
        .list(IS_HELD, row -> row.getBoolean(1), claimed.id(), claimed.run(), claimed.node())
        .getFirst();
  }
}
