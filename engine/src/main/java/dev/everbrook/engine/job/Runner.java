package dev.everbrook.engine.job;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs claimed jobs, each on a virtual thread of its own, and hands the verdicts to the finisher.
 *
 * <p>A job holds its place in its queue until its verdict is written. Safe for use by many threads.
 */
final class Runner {

  private static final Logger log = LoggerFactory.getLogger(Runner.class);
  private static final int REASON_MAX = 500;

  /** How long after its deadline a job whose end keeps failing is still tried to be ended. */
  private static final Duration UNSETTLED_MAX = Duration.ofHours(1);

  private final World world;
  private final Map<String, Kind> kinds;
  private final Finisher finisher;
  private final Set<Run> runs = ConcurrentHashMap.newKeySet();
  private final Map<String, AtomicInteger> perQueue = new ConcurrentHashMap<>();

  Runner(World world, Map<String, Kind> kinds, Finisher finisher) {
    this.world = world;
    this.kinds = kinds;
    this.finisher = finisher;
  }

  int running(String queue) {
    AtomicInteger count = perQueue.get(queue);
    return count == null ? 0 : count.get();
  }

  /** The runs that have not left; a job may have two, when an older one is still unwinding. */
  Set<Run> running() {
    return runs;
  }

  /** A claim of a job. */
  record Holding(long job, int run) {}

  /** The claims that are in good hands here. */
  Set<Holding> held() {
    return runs.stream()
        .map(it -> new Holding(it.job(), it.claimed().run()))
        .collect(Collectors.toSet());
  }

  /** Starts a job that takes its place whether or not there is one. */
  void start(Claimed claimed) {
    count(claimed.queue()).incrementAndGet();
    startPlaced(claimed);
  }

  /**
   * Takes places for jobs that are about to be claimed, before they are: so there are never more
   * jobs than places, whoever claims meanwhile.
   *
   * @return how many were free, up to {@code wanted}
   */
  int place(String queue, int places, int wanted) {
    AtomicInteger count = count(queue);
    while (true) {
      int taken = count.get();
      int free = Math.clamp((long) places - taken, 0, wanted);
      if (count.compareAndSet(taken, taken + free)) {
        return free;
      }
    }
  }

  /** Gives back places that no job came to take. */
  void unplace(String queue, int unused) {
    count(queue).addAndGet(-unused);
  }

  private AtomicInteger count(String queue) {
    return perQueue.computeIfAbsent(queue, _ -> new AtomicInteger());
  }

  /** Starts a job in the place that was taken for it. */
  void startPlaced(Claimed claimed) {
    Kind kind = kinds.get(claimed.kind());
    if (kind == null) {
      throw new IllegalStateException("claimed " + claimed.kind() + ", which has no handler here");
    }
    Run run = new Run(claimed, kind.policy());
    runs.add(run);
    Thread.ofVirtual()
        .name("job-" + claimed.kind() + "-" + claimed.id())
        .start(() -> finisher.submit(run, verdict(run, kind)));
  }

  /** Gives the job's place back; called by the finisher when the verdict is written or void. */
  void left(Run run) {
    if (runs.remove(run)) {
      unplace(run.claimed().queue(), 1);
    }
  }

  /** Asks the job to stop, if it runs here. */
  boolean stop(long job, StopReason reason) {
    boolean here = false;
    for (Run run : runs) {
      if (run.job() == job) {
        run.stop(reason);
        here = true;
      }
    }
    return here;
  }

  void stopAll(StopReason reason) {
    runs.forEach(run -> run.stop(reason));
  }

  /** Whatever was begun under this life of the node can no longer be finished. */
  void lost(long node) {
    for (Run run : runs) {
      if (run.node() == node) {
        run.stop(StopReason.LOST);
      }
    }
  }

  /** Whatever happens, the run gets a verdict: its place and its job depend on it. */
  private Verdict verdict(Run run, Kind kind) {
    run.runsOn(Thread.currentThread());
    try {
      Verdict verdict =
          Verdict.of(outcome(run, kind.handler()), run.attempt(), kind.policy(), world);
      return verdict instanceof Verdict.Finish finish && finish.how() != Ended.DONE
          ? settled(run, kind, finish)
          : verdict;
    } finally {
      run.over();
    }
  }

  /**
   * A job ends badly only after its handler has left things in order, or has failed to for long.
   */
  private Verdict settled(Run run, Kind kind, Verdict.Finish finish) {
    Handler.End end = finish.how() == Ended.CANCELLED ? Handler.End.CANCELLED : Handler.End.FAILED;
    try {
      kind.handler().ended(run, end, finish.error());
      return finish;
    } catch (InterruptedException _) {
      return new Verdict.RunAgain(Duration.ZERO, false, finish.error());
    } catch (Throwable e) { // wide: the job stays until its end could be put in order
      if (run.nanosToDeadline(world.nanos()) < -UNSETTLED_MAX.toNanos()) {
        log.error("{} could not be ended for {} and is buried", run, UNSETTLED_MAX, e);
        return finish;
      }
      log.warn("{} could not be ended and will be tried again", run, e);
      return new Verdict.RunAgain(kind.policy().most(), false, reason(e));
    }
  }

  private Outcome outcome(Run run, Handler handler) {
    Claimed claimed = run.claimed();
    if (claimed.cancelled()) {
      return new Outcome.Cancelled();
    }
    if (run.nanosToDeadline(world.nanos()) <= 0) {
      return new Outcome.Failed("its deadline passed", false);
    }
    if (run.attempt() > run.attemptsMax()) {
      return new Outcome.Failed("all its attempts ended with their nodes", false);
    }
    try {
      return handler.run(run);
    } catch (InterruptedException _) {
      return interrupted(run);
    } catch (Throwable e) { // wide: whatever a handler throws, its job must get a verdict
      if (run.stopReason().isPresent()) {
        log.debug("{} threw while it stopped", run, e);
        return interrupted(run);
      }
      log.warn("{} threw", run, e);
      return new Outcome.Failed(reason(e), true);
    }
  }

  private static Outcome interrupted(Run run) {
    return switch (run.stopReason().orElse(StopReason.HANDOVER)) {
      case CANCELLED, DEADLINE -> new Outcome.Snooze(Duration.ZERO, ""); // ended by the next claim
      case HANDOVER, LOST -> new Outcome.HandOver();
    };
  }

  private static String reason(Throwable e) {
    String text = String.valueOf(e);
    return text.length() <= REASON_MAX ? text : text.substring(0, REASON_MAX);
  }
}
