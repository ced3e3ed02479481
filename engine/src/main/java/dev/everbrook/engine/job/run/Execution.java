package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.NonRetryable;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryAfter;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.text.OneLine;
import dev.everbrook.engine.world.World;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a handler and derives a verdict: from its outcome, from its exception, or from the reason
 * why it was not called. Safe for use by many threads.
 */
public final class Execution {

  private static final Logger log = LoggerFactory.getLogger(Execution.class);
  private static final int REASON_MAX = 500;

  /** The time after its deadline for which a failing end of a job is retried. */
  private static final Duration UNSETTLED_MAX = Duration.ofHours(1);

  private static final Duration CARRY_REST_MIN = Duration.ofMillis(50);
  private static final Duration CARRY_REST_MAX = Duration.ofSeconds(1);

  private static final Verdict GIVEN_BACK = new Verdict.RunAgain(Duration.ZERO, false, "");

  private final World world;
  private final OutcomeEffects effects;
  private final Finisher finisher;
  private final Traces traces;
  private final RunMeters meters;
  private volatile boolean leaving;

  public Execution(
      World world, OutcomeEffects effects, Finisher finisher, Traces traces, RunMeters meters) {
    this.world = world;
    this.effects = effects;
    this.finisher = finisher;
    this.traces = traces;
    this.meters = meters;
  }

  /**
   * Runs jobs of one kind on this thread. Each job gets a verdict, since its end depends on it. A
   * verdict that is missing in the result could not be reached without the database and follows
   * later.
   */
  Map<ActiveRun, Verdict> of(List<ActiveRun> runs, Kind kind) {
    long begun = world.nanos();
    unharmed(() ->
        runs.forEach(
            it -> meters.begun(it.claimed(), it.claimed().waitedNanos() + begun - it.claimedAt())));
    RunThread thread = new RunThread(runs, begun);
    Span span = traces.begin(runs.stream().map(ActiveRun::claimed).toList());
    Map<ActiveRun, Verdict> verdicts = new LinkedHashMap<>();
    try (Scope _ = span.makeCurrent()) {
      Map<ActiveRun, Outcome> outcomes = outcomes(runs, kind);
      thread.over(); // a later stop does not undo the outcome
      long ran = world.nanos() - begun;
      outcomes.forEach((run, outcome) ->
          verdictNow(new Result(run, outcome, kind, ran))
              .ifPresent(verdict -> verdicts.put(run, verdict)));
      return verdicts;
    } finally {
      unharmed(() -> Traces.end(span, verdicts.values()));
      unharmed(() -> {
        long ran = world.nanos() - begun;
        verdicts.forEach((run, verdict) -> meters.ended(run.claimed(), verdict, ran));
      });
      thread.over();
    }
  }

  /** Runs a step of tracing or measuring, on which no verdict depends. */
  private static void unharmed(Runnable telling) {
    try {
      telling.run();
    } catch (Throwable e) { // wide: a registry or a tracer is foreign code
      log.debug("a run was not measured", e);
    }
  }

  private Map<ActiveRun, Outcome> outcomes(List<ActiveRun> runs, Kind kind) {
    Map<ActiveRun, Outcome> outcomes = new LinkedHashMap<>();
    runs.forEach(run ->
        barred(run)
            .ifPresent(outcome -> {
              run.unused();
              outcomes.put(run, outcome);
            }));
    List<ActiveRun> called = runs.stream().filter(run -> !outcomes.containsKey(run)).toList();
    if (!called.isEmpty()) {
      List<Outcome> theirs = call(called, kind);
      for (int i = 0; i < called.size(); i++) {
        outcomes.put(called.get(i), theirs.get(i));
      }
    }
    return outcomes;
  }

  /** The outcome of a run whose handler is not to be called. */
  private Optional<Outcome> barred(ActiveRun run) {
    return run.stopReason()
        .map(Execution::stopped)
        .or(() -> run.claimed().barred(run.attemptsMax(), world.nanos()));
  }

  private static List<Outcome> call(List<ActiveRun> runs, Kind kind) {
    try {
      List<Outcome> outcomes = kind.batch().run(List.copyOf(runs));
      if (outcomes.size() != runs.size()) {
        throw new NonRetryable(
            "its handler told " + outcomes.size() + " outcomes of " + runs.size() + " jobs");
      }
      if (outcomes.stream().anyMatch(Objects::isNull)) {
        throw new NonRetryable("its handler told no outcome of one of its jobs, but null");
      }
      return outcomes;
    } catch (NonRetryable e) {
      log.info("{} failed for good: {}", runs, OneLine.of(String.valueOf(e.getMessage())));
      return runs.stream().map(_ -> (Outcome) new Outcome.Failed(reason(e), false)).toList();
    } catch (Throwable e) { // wide: after any exception of a handler its job must get a verdict
      return runs.stream().map(run -> thrown(run, e)).toList();
    }
  }

  /** An interrupt is a failure like any other, unless the run was asked to stop. */
  private static Outcome thrown(ActiveRun run, Throwable e) {
    Optional<StopReason> reason = run.stopReason();
    if (reason.isPresent()) {
      log.debug("{} threw while it stopped", run, e);
      return stopped(reason.get());
    }
    log.warn("{} threw", run, e);
    return e instanceof RetryAfter later
        ? Outcome.Failed.retryAfter(later.delay(), reason(e))
        : new Outcome.Failed(reason(e), true);
  }

  private static Outcome stopped(StopReason reason) {
    return switch (reason) {
      case CANCELLED -> new Outcome.Cancelled();
      case DEADLINE -> Claimed.DEADLINE_PASSED;
      case TIMEOUT -> new Outcome.Failed("it took longer than an attempt may", true);
      case HANDOVER, LOST -> new Outcome.HandOver();
    };
  }

  /** The outcome of a run, and the data for its verdict. */
  private record Result(ActiveRun run, Outcome outcome, Kind kind, long ranNanos) {}

  private Optional<Verdict> verdictNow(Result result) {
    try {
      return Optional.of(verdict(result));
    } catch (StoreFailure e) {
      log.info("the end of {} could not be written and is tried again", result.run(), e);
      Thread.ofVirtual().name("carry-" + result.run().job()).start(() -> carry(result));
      return Optional.empty();
    }
  }

  /** Repeats the end of a run until it is written or void; the run's slot is free meanwhile. */
  private void carry(Result result) {
    finisher.hold();
    boolean submitted = false;
    for (Duration rest = CARRY_REST_MIN; !submitted; rest = longer(rest)) {
      try {
        world.rest(rest);
        Optional<Verdict> verdict = carried(result);
        verdict.ifPresent(it -> finisher.submitHeld(result.run(), it));
        submitted = verdict.isPresent();
        verdict.ifPresent(
            it -> unharmed(() -> meters.ended(result.run().claimed(), it, result.ranNanos())));
      } catch (Throwable e) { // wide: without a verdict the job hangs as long as the node lives
        log.debug("the end of {} could not be carried out yet", result.run(), e);
      }
    }
  }

  private static Duration longer(Duration rest) {
    Duration twice = rest.multipliedBy(2);
    return twice.compareTo(CARRY_REST_MAX) > 0 ? CARRY_REST_MAX : twice;
  }

  /** A node that is closing, or whose incarnation has ended, leaves the job to others. */
  private Optional<Verdict> carried(Result result) {
    if (leaving || isLeft(result.run())) {
      return Optional.of(GIVEN_BACK);
    }
    try {
      return Optional.of(verdict(result));
    } catch (StoreFailure e) {
      log.debug("the end of {} could not be written yet", result.run(), e);
      return Optional.empty();
    }
  }

  private static boolean isLeft(ActiveRun run) {
    return run.stopReason()
        .filter(it -> it == StopReason.HANDOVER || it == StopReason.LOST)
        .isPresent();
  }

  /**
   * From now on unwritten ends are left to other nodes. The stop reason of a run cannot say so,
   * since a run keeps its first reason.
   */
  void leave() {
    leaving = true;
  }

  /**
   * Decides on a run. A run that wrote its job's end itself has left, whatever it did after that.
   *
   * @throws StoreFailure if a retry may succeed; the whole method may be repeated
   */
  private Verdict verdict(Result result) {
    Thread.interrupted(); // a handler's leftover interrupt must not break these writes
    ActiveRun run = result.run();
    Kind kind = result.kind();
    try {
      if (run.isCompleted() && !effects.isHeld(run.claimed())) {
        kind.ending().completed(run);
        return new Verdict.Left();
      }
      if (result.outcome() instanceof Outcome.Limited) {
        run.unused();
      }
      Outcome carriedOut = effects.carryOut(run.claimed(), result.outcome(), run.isCompleted());
      Verdict verdict = Verdict.of(carriedOut, run.attempt(), run.policy(), world);
      return verdict instanceof Verdict.Finish finish ? ended(run, kind, finish) : verdict;
    } catch (StoreFailure e) {
      if (e.worthRetrying()) {
        throw e;
      }
      return undecided(run, e);
    } catch (Throwable e) { // wide: without a verdict the job would hang as long as the node lives
      return undecided(run, e);
    }
  }

  private static Verdict undecided(ActiveRun run, Throwable e) {
    log.warn("the outcome of {} could not be carried out; the job is tried again", run, e);
    return new Verdict.RunAgain(run.policy().most(), true, reason(e));
  }

  /**
   * A job ends as failed or cancelled only after its handler has put things in order, or has failed
   * to do so until {@link #UNSETTLED_MAX} after the deadline.
   */
  private Verdict ended(ActiveRun run, Kind kind, Verdict.Finish finish) {
    try {
      if (finish.how() != Ended.DONE) {
        kind.handler().ended(run, finish.how(), finish.error());
        if (run.isEnded()) {
          return new Verdict.Left();
        }
      }
      if (kind.ending().concerns(run)) {
        effects.end(run.claimed(), finish, kind.ending());
        return new Verdict.Left();
      }
      return finish;
    } catch (Throwable e) { // wide: the job stays until its end could be put in order
      if (run.nanosToDeadline(world.nanos()) < -UNSETTLED_MAX.toNanos()) {
        log.error(
            "the end of {} could not be put in order for {}; it is buried", run, UNSETTLED_MAX, e);
        return finish;
      }
      if (e instanceof StoreFailure failure && failure.worthRetrying()) {
        throw failure;
      }
      log.warn("the end of {} could not be put in order and is tried again", run, e);
      String failReason = finish.how() == Ended.FAILED ? finish.error() : "";
      return new Verdict.RunAgain(run.policy().most(), false, reason(e), failReason);
    }
  }

  private static String reason(Throwable e) {
    String text =
        e instanceof NonRetryable || e instanceof RetryAfter
            ? String.valueOf(e.getMessage())
            : String.valueOf(e);
    return Excerpt.of(text, REASON_MAX);
  }
}
