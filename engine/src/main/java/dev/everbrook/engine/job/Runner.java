package dev.everbrook.engine.job;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives claimed jobs their places and threads, and hands the verdicts to the finisher. A place is
 * free again when its handler has returned; how many verdicts may wait to be written is for the
 * claimers to bound. Safe for use by many threads.
 */
final class Runner {

  private static final Logger log = LoggerFactory.getLogger(Runner.class);
  private static final Duration FAILED_REST = Duration.ofSeconds(1);
  private static final Duration HANDOVER_WAIT = Duration.ofSeconds(5);
  private static final Duration HANDOVER_LOOK = Duration.ofMillis(10);

  private final World world;
  private final Map<String, Kind> kinds;
  private final Execution execution;
  private final Finisher finisher;
  private final Aftermath aftermath;
  private final Map<String, Places> places = new ConcurrentHashMap<>();
  private final Set<Run> runs = ConcurrentHashMap.newKeySet();
  private volatile Consumer<String> hungry = _ -> {};

  /** A run that comes after this was set is told to hand over; one that came before is found. */
  private volatile boolean leaving;

  /** The same of the lives of this node, whose ids grow: the last that is over. */
  private final AtomicLong lastLost = new AtomicLong(Long.MIN_VALUE);

  Runner(
      World world,
      Map<String, Kind> kinds,
      Finisher finisher,
      Aftermath aftermath,
      Execution execution) {
    this.world = world;
    this.kinds = kinds;
    this.execution = execution;
    this.finisher = finisher;
    this.aftermath = aftermath;
  }

  /** Calls {@code listener} with a queue whose runs leave room for more. */
  void onHungry(Consumer<String> listener) {
    hungry = listener;
  }

  /**
   * How many bytes of payloads a node holds of one queue: a sixteenth of the heap, within bounds.
   * What is beyond that waits in the database until jobs have left.
   */
  static final long PAYLOADS_MAX =
      Math.clamp(
          Runtime.getRuntime().maxMemory() / 16,
          8L * NewJob.PAYLOAD_BYTES_MAX,
          256L * NewJob.PAYLOAD_BYTES_MAX);

  /** The places of a queue; one that this node does not work has none. */
  Places places(String queue) {
    return places.computeIfAbsent(queue, _ -> new Places(0, 0, world.nanos()));
  }

  /** The places of a queue that this node is about to work. */
  Places open(String queue, int most) {
    Places opened = new Places(most, PAYLOADS_MAX, world.nanos());
    places.put(queue, opened);
    return opened;
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
    Places queue = places(claimed.queue());
    Run run = run(claimed);
    queue.squeezeIn();
    begin(run, queue);
  }

  /**
   * Starts jobs of one queue that were claimed together and for which room was reserved, or keeps
   * them until there is a place. After an Error those that have not come are unknown here, as if
   * their claim had been lost, and their room is free.
   */
  void startReserved(String queue, List<Claimed> claimed) {
    Places places = places(queue);
    List<Run> fresh = new ArrayList<>(claimed.size());
    List<Run> placed = List.of();
    boolean arrived = false;
    try {
      claimed.forEach(it -> fresh.add(run(it)));
      placed = places.arrive(fresh);
      arrived = true;
    } finally {
      if (!arrived) {
        fresh.forEach(runs::remove);
        places.release(claimed.size());
        claimed.forEach(it -> places.releaseBytes(it.payload().length()));
      }
    }
    placed.forEach(run -> begin(run, places));
  }

  private Run run(Claimed claimed) {
    Run run = new Run(claimed, kind(claimed).policy(), aftermath, world.nanos());
    boolean ready = false;
    try {
      runs.add(run);
      if (leaving) {
        run.stop(StopReason.HANDOVER);
      }
      if (claimed.node() <= lastLost.get()) {
        run.stop(StopReason.LOST); // the reply to its claim was late
      }
      ready = true;
      return run;
    } finally {
      if (!ready) {
        runs.remove(run);
      }
    }
  }

  private Kind kind(Claimed claimed) {
    Kind kind = kinds.get(claimed.kind());
    if (kind == null) {
      throw new IllegalStateException("claimed " + claimed.kind() + ", which has no handler here");
    }
    return kind;
  }

  /** A thread serves the place as long as a job waits for it. */
  private void begin(Run first, Places queue) {
    try {
      Thread.ofVirtual().start(() -> serve(first, queue));
    } catch (Throwable e) { // wide: the others that were claimed with it begin all the same
      left(first); // as if its claim had been lost
      queue.leave();
      log.warn("{} could not begin; it is given back", first, e);
    }
  }

  private void serve(Run first, Places queue) {
    Run next = first;
    while (next != null) {
      work(next, queue);
      next = queue.next();
      if (queue.isHungry()) {
        askForMore(first.claimed().queue());
      }
    }
  }

  private void askForMore(String queue) {
    try {
      hungry.accept(queue);
    } catch (Throwable e) { // wide: the claimer looks by itself; the place must go on
      log.debug("the claimer of {} could not be woken", queue, e);
    }
  }

  private void work(Run run, Places queue) {
    List<Run> together = List.of(run);
    try {
      together = new ArrayList<>(together);
      verdicts(together, queue).forEach(this::submit);
    } catch (Throwable e) { // wide: the place must go on; a job without a verdict is given back
      together.forEach(this::left);
      log.warn("{} left without verdicts and are given back", together, e);
    }
  }

  private void submit(Run run, Verdict verdict) {
    try {
      finisher.submit(run, verdict);
    } catch (Throwable e) { // wide: the others' verdicts count; this job is given back
      left(run);
      log.warn("{} left without its verdict and is given back", run, e);
    }
  }

  private Map<Run, Verdict> verdicts(List<Run> together, Places queue) {
    Map<Run, Verdict> verdicts = new HashMap<>();
    Run run = together.getFirst();
    try {
      Claimed claimed = run.claimed();
      Thread.currentThread().setName("job-" + claimed.kind() + "-" + claimed.id());
      Kind kind = kind(claimed);
      together.addAll(queue.companions(claimed.kind(), kind.together() - 1));
      verdicts.putAll(execution.of(together, kind));
    } catch (Throwable e) { // wide: the place must go on, and its jobs must get verdicts
      Verdict again = new Verdict.RunAgain(FAILED_REST, true, reason(together, e));
      together.forEach(it -> verdicts.put(it, again));
    }
    return verdicts;
  }

  /** Logs it too, which may be what cannot be done, for want of memory or by its own fault. */
  private static String reason(List<Run> runs, Throwable e) {
    try {
      log.error("{} could not be run", runs, e);
      return Shown.reason(e.toString());
    } catch (Throwable _) { // wide: the verdicts are not to be lost over it
      return e.getClass().getName();
    }
  }

  /**
   * Lets what runs go on for so long, then asks it to hand over, for which it has 5 s; logs how
   * many did not. What waits for a place hands over at once.
   */
  void handOver(Duration grace) {
    leaving = true;
    try {
      if (!awaitNone(grace, () -> putBack(_ -> true)) && !awaitNone(HANDOVER_WAIT, this::stopAll)) {
        log.warn("{} jobs did not stop in time; others will take them", runs.size());
      }
    } catch (InterruptedException _) {
      stopAll();
      Thread.currentThread().interrupt();
    }
  }

  /** Whether what begins now is only handed over. */
  boolean isLeaving() {
    return leaving;
  }

  /** Repeats the action, for those that come to wait for a place, until nothing runs. */
  private boolean awaitNone(Duration most, Runnable action) throws InterruptedException {
    long start = world.nanos();
    while (!runs.isEmpty()) {
      action.run();
      if (world.nanos() - start > most.toNanos()) {
        return false;
      }
      world.rest(HANDOVER_LOOK);
    }
    return true;
  }

  /** The job has left this node. */
  void left(Run run) {
    if (runs.remove(run)) {
      places(run.claimed().queue()).releaseBytes(run.claimed().payload().length());
    }
  }

  /** Asks the job to stop, if it is here. */
  boolean stop(long job, StopReason reason) {
    return stop(run -> run.job() == job, reason);
  }

  private void stopAll() {
    execution.leave();
    stop(_ -> true, StopReason.HANDOVER);
  }

  /** Whatever was begun under this life of the node can no longer be finished. */
  void lost(long node) {
    lastLost.accumulateAndGet(node, Math::max);
    stop(run -> run.node() == node, StopReason.LOST);
  }

  private boolean stop(Predicate<Run> which, StopReason reason) {
    List<Run> chosen = runs.stream().filter(which).toList();
    chosen.forEach(run -> run.stop(reason));
    if (!chosen.isEmpty()) {
      putBack(run -> run.stopReason().isPresent());
    }
    return !chosen.isEmpty();
  }

  /** Those that were claimed ahead of a place and have waited so long for it go back. */
  void putBackAfter(Duration waited) {
    long now = world.nanos();
    putBack(run -> now - run.claimedAt() > waited.toNanos());
  }

  private void putBack(Predicate<Run> which) {
    for (Places queue : places.values()) {
      for (Run run : queue.takeOut(which)) {
        if (run.stopReason().equals(Optional.of(StopReason.CANCELLED))) {
          queue.squeezeIn(); // ending it is no work to speak of
          begin(run, queue);
        } else {
          run.neverBegan();
          finisher.submit(run, new Verdict.RunAgain(Duration.ZERO, false, ""));
        }
      }
    }
  }
}
