package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of jobs that workers in other processes hold, each at once and in a
 * transaction of its own, since the worker waits for the answer. Safe for use by many threads.
 */
final class Settling {

  private static final Logger log = LoggerFactory.getLogger(Settling.class);

  /** How long an end waits for a lock; whose worker is told to ask again after that. */
  private static final Duration LOCK_MAX = Duration.ofSeconds(5);

  /** The same of an end that no worker waits for, and that is tried again. */
  private static final Duration UNASKED_LOCK_MAX = Duration.ofMillis(200);

  /** What it works with. */
  record Rooms(
      Database database,
      World world,
      VerdictTable verdicts,
      Lanes lanes,
      Nudges nudges,
      JobMeters meters,
      RemoteRuns runs) {}

  private final Rooms rooms;
  private volatile Workforce.EndListener ending = (_, _) -> {};

  Settling(Rooms rooms) {
    this.rooms = rooms;
  }

  void onEnd(Workforce.EndListener listener) {
    ending = listener;
  }

  /** Ends or puts back a job as its worker says, and as it may. */
  Settled settle(Claimed claimed, Report report, RetryPolicy policy) {
    Outcome outcome = outcome(claimed, report.outcome());
    if (outcome instanceof Outcome.Limited(var after, var reason)) {
      rooms.lanes().limited(claimed.queue(), claimed.ties().lane(), after, reason);
    }
    Verdict verdict = verdict(outcome, claimed, report.retryAfter(), policy);
    Settled settled = write(claimed, verdict, claimed.waitedNanos(), LOCK_MAX);
    if (!(settled instanceof Settled.NotHeld)) {
      boolean unused = report.tokens().isEmpty() && outcome instanceof Outcome.Limited;
      settleTokens(claimed, unused ? OptionalInt.of(0) : report.tokens());
    }
    return settled;
  }

  /** Ends a job that a worker may have begun: what its lane was charged for it stays charged. */
  void end(Claimed claimed, Outcome outcome, RetryPolicy policy) {
    Verdict verdict = Verdict.of(outcome, claimed.attempt(), policy, rooms.world());
    write(claimed, verdict, 0, UNASKED_LOCK_MAX);
  }

  /**
   * Ends a job that no worker was given.
   *
   * @param claimed as its claim told it: what its lane was charged by that is given back
   */
  void endUnbegun(Claimed claimed, Outcome outcome, RetryPolicy policy) {
    Verdict verdict = Verdict.of(outcome, claimed.attempt(), policy, rooms.world());
    if (!(write(claimed, verdict, 0, UNASKED_LOCK_MAX) instanceof Settled.NotHeld)) {
      settleTokens(claimed, OptionalInt.of(0));
    }
  }

  /**
   * @param ranNanos how long the run took, if it did not begin on this node
   */
  private Settled write(Claimed claimed, Verdict verdict, long ranNanos, Duration lockMax) {
    VerdictTable.Written written = rooms.database().tx(tx -> write(tx, claimed, verdict, lockMax));
    if (written.jobs().isEmpty()) {
      rooms.meters().fenced();
      return new Settled.NotHeld();
    }
    rooms.meters().written(verdict);
    rooms.runs().ended(claimed, verdict, ranNanos);
    tellOthers(claimed, verdict, written);
    return switch (verdict) {
      case Verdict.Finish(var how, _, _) -> new Settled.Over(how);
      case Verdict.RunAgain(var after, _, _, _) -> new Settled.Again(after);
      case Verdict.Left _ -> throw new IllegalStateException("nothing was to be written");
    };
  }

  private VerdictTable.Written write(Tx tx, Claimed claimed, Verdict verdict, Duration lockMax) {
    if (verdict instanceof Verdict.Finish(var how, var error, _)) {
      ending.ends(tx, new Workforce.JobEnd(claimed.hold(), principal(claimed), how, error));
    }
    return rooms.verdicts().write(tx, List.of(new VerdictTable.Entry(claimed, verdict)), lockMax);
  }

  /** What is done is done; all else ends with a job that nobody wants any more. */
  private Outcome outcome(Claimed claimed, Outcome told) {
    boolean late = claimed.deadlineNanos() - rooms.world().nanos() <= 0;
    return switch (told) {
      case Outcome.Done _ -> told;
      case Outcome _ when claimed.cancelled() -> new Outcome.Cancelled();
      case Outcome.Failed(var reason, _) when late -> new Outcome.Failed(reason, false);
      case Outcome _ when late -> Claimed.DEADLINE_PASSED;
      case Outcome _ -> told;
    };
  }

  private Verdict verdict(
      Outcome outcome, Claimed claimed, Optional<Duration> retryAfter, RetryPolicy policy) {
    Verdict verdict = Verdict.of(outcome, claimed.attempt(), policy, rooms.world());
    return verdict instanceof Verdict.RunAgain(var after, var counts, var error, _) && counts
        ? new Verdict.RunAgain(retryAfter.orElse(after), true, error)
        : verdict;
  }

  /** For whom a job is done. */
  static Optional<Principal> principal(Claimed claimed) {
    String whom = claimed.ties().principal();
    return whom.isEmpty() ? Optional.empty() : Optional.of(new Principal(whom));
  }

  private void tellOthers(Claimed claimed, Verdict verdict, VerdictTable.Written written) {
    written.queues().forEach(rooms.nudges()::nudge);
    if (verdict instanceof Verdict.RunAgain(var after, _, _, _)) {
      if (after.isZero()) {
        rooms.nudges().nudge(claimed.queue());
      } else {
        rooms.nudges().later();
      }
    }
    rooms.nudges().freed(claimed.queue());
  }

  /** The end is written, and its worker is told so, whatever becomes of the tokens. */
  private void settleTokens(Claimed claimed, OptionalInt used) {
    int expected = claimed.ties().tokens();
    if (used.isPresent() && used.getAsInt() != expected) {
      try {
        rooms.lanes().settle(claimed.queue(), claimed.ties().lane(), expected - used.getAsInt());
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
