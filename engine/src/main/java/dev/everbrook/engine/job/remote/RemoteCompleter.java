package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.RunReport;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.job.finish.VerdictTable;
import dev.everbrook.engine.job.lane.LaneTable;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the verdicts on jobs of workers in other processes, each at once and in a transaction of
 * its own, since the worker waits for the reply. Safe for use by many threads.
 */
public final class RemoteCompleter {

  private static final Logger log = LoggerFactory.getLogger(RemoteCompleter.class);

  /** The longest wait of an end for a lock; after that the worker is told to retry. */
  private static final Duration LOCK_MAX = Duration.ofSeconds(5);

  /** The same for an end that no worker waits for and that is retried here. */
  private static final Duration UNASKED_LOCK_MAX = Duration.ofMillis(200);

  /** The collaborators. */
  public record Parts(
      Database database,
      World world,
      VerdictTable verdicts,
      LaneTable lanes,
      QueueNotifier notifier,
      JobMeters meters,
      RemoteRuns runs) {}

  private final Parts parts;
  private volatile RemoteWorkers.EndListener ending = (_, _) -> {};
  private volatile LongConsumer leftListener = _ -> {};

  public RemoteCompleter(Parts parts) {
    this.parts = parts;
  }

  public void onEnd(RemoteWorkers.EndListener listener) {
    ending = listener;
  }

  /** Calls {@code listener} with each job that has left its worker, ended or to run again. */
  public void onLeft(LongConsumer listener) {
    leftListener = listener;
  }

  /** Ends or puts back a job by its worker's report, as far as the report may decide. */
  public ReportResult settle(Claimed claimed, RunReport report, RetryPolicy ofKind) {
    Outcome outcome = outcome(claimed, report.outcome());
    if (outcome instanceof Outcome.Limited(var after, var reason)) {
      parts.lanes().limited(claimed.queue(), claimed.links().lane(), after, reason);
    }
    Verdict verdict = verdict(claimed, outcome, ofKind);
    ReportResult settled = write(claimed, verdict, claimed.waitedNanos(), LOCK_MAX);
    if (!(settled instanceof ReportResult.NotHeld)) {
      boolean unused = report.tokens().isEmpty() && outcome instanceof Outcome.Limited;
      settleTokens(claimed, unused ? OptionalInt.of(0) : report.tokens());
    }
    return settled;
  }

  /** Ends a job that a worker may have begun: its lane stays charged. */
  public void end(Claimed claimed, Outcome outcome, RetryPolicy ofKind) {
    write(claimed, verdict(claimed, outcome, ofKind), 0, UNASKED_LOCK_MAX);
  }

  /**
   * Ends a job that no worker got.
   *
   * @param claimed the job with its charge; its lane gets that back
   */
  void endUnbegun(Claimed claimed, Outcome outcome, RetryPolicy ofKind) {
    Verdict verdict = verdict(claimed, outcome, ofKind);
    if (!(write(claimed, verdict, 0, UNASKED_LOCK_MAX) instanceof ReportResult.NotHeld)) {
      settleTokens(claimed, OptionalInt.of(0));
    }
  }

  private Verdict verdict(Claimed claimed, Outcome outcome, RetryPolicy ofKind) {
    return Verdict.of(outcome, claimed.attempt(), claimed.policy(ofKind), parts.world());
  }

  /**
   * @param ranNanos the time of the run, used if it did not begin on this node
   */
  private ReportResult write(Claimed claimed, Verdict verdict, long ranNanos, Duration lockMax) {
    VerdictTable.Written written = parts.database().tx(tx -> write(tx, claimed, verdict, lockMax));
    if (written.jobs().isEmpty()) {
      parts.meters().fenced();
      return new ReportResult.NotHeld();
    }
    parts.meters().written(verdict);
    parts.runs().ended(claimed, verdict, ranNanos);
    tellOthers(claimed, verdict, written);
    return switch (verdict) {
      case Verdict.Finish(var how, _, _) -> new ReportResult.Over(how);
      case Verdict.RunAgain(var after, _, _, _) -> new ReportResult.Again(after);
      case Verdict.Left _ -> throw new IllegalStateException("nothing was to be written");
    };
  }

  private VerdictTable.Written write(Tx tx, Claimed claimed, Verdict verdict, Duration lockMax) {
    if (verdict instanceof Verdict.Finish(var how, var error, _)) {
      ending.ends(tx, new EndHook.End(claimed.fence(), claimed.principal(), how, error));
    }
    return parts.verdicts().write(tx, List.of(new VerdictTable.Entry(claimed, verdict)), lockMax);
  }

  /** {@code Done} stands; any other outcome yields to a cancellation or a deadline. */
  private Outcome outcome(Claimed claimed, Outcome told) {
    boolean late = claimed.deadlineNanos() - parts.world().nanos() <= 0;
    return switch (told) {
      case Outcome.Done _ -> told;
      case Outcome _ when claimed.cancelled() -> new Outcome.Cancelled();
      case Outcome.Failed(var reason, _, _) when late -> new Outcome.Failed(reason, false);
      case Outcome _ when late -> Claimed.DEADLINE_PASSED;
      case Outcome _ -> told;
    };
  }

  private void tellOthers(Claimed claimed, Verdict verdict, VerdictTable.Written written) {
    written.queues().forEach(parts.notifier()::wake);
    if (verdict instanceof Verdict.RunAgain(var after, _, _, _)) {
      if (after.isZero()) {
        parts.notifier().wake(claimed.queue());
      } else {
        parts.notifier().later();
      }
    }
    parts.notifier().freed(claimed.queue());
    leftListener.accept(claimed.id());
  }

  /** Settles the tokens. The end is written, so a failure here is only logged. */
  private void settleTokens(Claimed claimed, OptionalInt used) {
    int expected = claimed.links().tokens();
    if (used.isPresent() && used.getAsInt() != expected) {
      try {
        parts.lanes().settle(claimed.queue(), claimed.links().lane(), expected - used.getAsInt());
      } catch (StoreFailure e) {
        log.warn(
            "{}: its lane was charged {} tokens and not {}, which it used",
            claimed,
            expected,
            used.getAsInt(),
            e);
      }
    }
  }
}
