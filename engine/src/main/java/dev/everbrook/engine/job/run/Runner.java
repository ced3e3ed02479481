package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives claimed jobs their slots and threads, and passes the verdicts to the finisher. A slot is
 * free again when its handler has returned; the claimers bound the number of unwritten verdicts.
 * Safe for use by many threads.
 */
public final class Runner {

  private static final Logger log = LoggerFactory.getLogger(Runner.class);
  private static final Duration FAILED_REST = Duration.ofSeconds(1);
  private static final Duration HANDOVER_WAIT = Duration.ofSeconds(5);
  private static final Duration HANDOVER_LOOK = Duration.ofMillis(10);

  private final World world;
  private final Map<String, Kind> kinds;
  private final Execution execution;
  private final Finisher finisher;
  private final OutcomeEffects effects;
  private final QueueNotifier notifier;
  private final Map<String, Slots> slots = new ConcurrentHashMap<>();
  private volatile LongConsumer leftListener = _ -> {};
  private final Set<ActiveRun> runs = ConcurrentHashMap.newKeySet();

  /**
   * A run that begins after this is set is asked to hand over at once; earlier runs are in {@link
   * #runs}.
   */
  private volatile boolean leaving;

  /**
   * The last ended incarnation of this node; ids grow, so runs of it and of earlier ones are lost.
   */
  private final AtomicLong lastLost = new AtomicLong(Long.MIN_VALUE);

  public Runner(
      World world,
      Map<String, Kind> kinds,
      Finisher finisher,
      OutcomeEffects effects,
      QueueNotifier notifier,
      Execution execution) {
    this.world = world;
    this.kinds = kinds;
    this.execution = execution;
    this.finisher = finisher;
    this.effects = effects;
    this.notifier = notifier;
  }

  /**
   * The most bytes of payloads of one queue on a node: a sixteenth of the heap, within bounds.
   * Further jobs wait in the database until others have left.
   */
  static final long PAYLOADS_MAX =
      Math.clamp(
          Runtime.getRuntime().maxMemory() / 16,
          8L * NewJob.PAYLOAD_BYTES_MAX,
          256L * NewJob.PAYLOAD_BYTES_MAX);

  /** The slots of a queue; none for a queue that this node does not work. */
  Slots slots(String queue) {
    return slots.computeIfAbsent(queue, _ -> new Slots(PAYLOADS_MAX, world.nanos()));
  }

  /**
   * Gives the queue this number of slots, 1 at least. The object stays the same while the node
   * lives, so that the runs of a closed queue, and their payloads, count when it opens again.
   */
  public Slots open(String queue, int most) {
    Slots opened = slots(queue);
    opened.resize(most).forEach(run -> begin(run, opened));
    return opened;
  }

  /**
   * Removes the queue's slots: runs go on to their end, jobs that wait for a slot go back, and jobs
   * of an open claim go back when they arrive.
   */
  public void close(String queue) {
    Slots closed = slots(queue);
    closed.resize(0);
    putBack(closed, _ -> true);
  }

  /** The runs that have not left; a job may have two while an older one is still unwinding. */
  public Collection<? extends Run> running() {
    return runs;
  }

  /** The same, with the methods for this room. */
  Set<ActiveRun> runs() {
    return runs;
  }

  /** The number of runs of jobs that only have to end: cancelled, or past their deadlines. */
  public long ending() {
    long now = world.nanos();
    return runs.stream()
        .filter(run -> run.claimed().cancelled() || run.nanosToDeadline(now) <= 0)
        .count();
  }

  /** A claim of a job. */
  record Holding(long job, int run) {}

  /** The claims whose runs are here. */
  Set<Holding> held() {
    return runs.stream()
        .map(it -> new Holding(it.job(), it.claimed().run()))
        .collect(Collectors.toSet());
  }

  /** Starts a job whether or not a slot is free. */
  public void start(Claimed claimed) {
    Slots queue = slots(claimed.queue());
    ActiveRun run = run(claimed);
    queue.squeezeIn();
    begin(run, queue);
  }

  /**
   * Starts jobs of one queue that were claimed together into reserved room, or keeps them until a
   * slot is free. After an Error the jobs that did not arrive are unknown here, as if the reply to
   * their claim had been lost, and their room is free.
   */
  void startReserved(String queue, List<Claimed> claimed) {
    Slots slots = slots(queue);
    List<ActiveRun> fresh = new ArrayList<>(claimed.size());
    List<ActiveRun> placed = List.of();
    boolean arrived = false;
    try {
      claimed.forEach(it -> fresh.add(run(it)));
      placed = slots.arrive(fresh);
      arrived = true;
    } finally {
      if (!arrived) {
        fresh.forEach(runs::remove);
        slots.release(claimed.size());
        claimed.forEach(it -> slots.releaseBytes(it.payload().length()));
      }
    }
    placed.forEach(run -> begin(run, slots));
    if (slots.isClosed()) {
      putBack(slots, _ -> true); // the queue was closed during the claim
    }
  }

  private ActiveRun run(Claimed claimed) {
    ActiveRun run =
        new ActiveRun(claimed, claimed.policy(kind(claimed).policy()), effects, world, this::gone);
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

  /** Begins a thread, which serves the slot as long as a job waits for it. */
  private void begin(ActiveRun first, Slots queue) {
    try {
      Thread.ofVirtual().start(() -> serve(first, queue));
    } catch (Throwable e) { // wide: the other jobs of its claim begin all the same
      left(first); // as if its claim had been lost
      queue.leave();
      log.warn("{} could not begin; it is given back", first, e);
    }
  }

  private void serve(ActiveRun first, Slots queue) {
    ActiveRun next = first;
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
      notifier.freed(queue);
    } catch (Throwable e) { // wide: the claimer looks by itself; the slot must go on
      log.debug("the claimer of {} could not be woken", queue, e);
    }
  }

  private void work(ActiveRun run, Slots queue) {
    List<ActiveRun> together = List.of(run);
    try {
      together = new ArrayList<>(together);
      verdicts(together, queue).forEach(this::submit);
    } catch (Throwable e) { // wide: the slot must go on; a job without a verdict is given back
      together.forEach(this::left);
      log.warn("{} left without verdicts and are given back", together, e);
    }
  }

  private void submit(ActiveRun run, Verdict verdict) {
    try {
      finisher.submit(run, verdict);
    } catch (Throwable e) { // wide: the others' verdicts count; this job is given back
      left(run);
      log.warn("{} left without its verdict and is given back", run, e);
    }
  }

  private Map<ActiveRun, Verdict> verdicts(List<ActiveRun> together, Slots queue) {
    Map<ActiveRun, Verdict> verdicts = new HashMap<>();
    ActiveRun run = together.getFirst();
    try {
      Claimed claimed = run.claimed();
      Thread.currentThread().setName("job-" + claimed.kind() + "-" + claimed.id());
      Kind kind = kind(claimed);
      together.addAll(queue.companions(claimed.kind(), kind.together() - 1));
      verdicts.putAll(execution.of(together, kind));
    } catch (Throwable e) { // wide: the slot must go on, and its jobs must get verdicts
      Verdict again = new Verdict.RunAgain(FAILED_REST, true, reason(together, e));
      together.forEach(it -> verdicts.put(it, again));
    }
    return verdicts;
  }

  /**
   * The reason for the verdicts; it is logged, unless logging itself fails, as for want of memory.
   */
  private static String reason(List<ActiveRun> runs, Throwable e) {
    try {
      log.error("{} could not be run", runs, e);
      return Excerpt.reason(e.toString());
    } catch (Throwable _) { // wide: the verdicts must not be lost over it
      return e.getClass().getName();
    }
  }

  /**
   * Lets runs go on for the grace, then asks them to hand over within 5 s, and logs the number of
   * those that did not. Jobs that wait for a slot are handed over at once.
   */
  public void handOver(Duration grace) {
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

  /** Whether the node is closing, so that new runs are only handed over. */
  public boolean isLeaving() {
    return leaving;
  }

  /** Repeats the action, for jobs that arrive meanwhile, until no run is left. */
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

  /** Calls {@code listener} with each job that has left this node, ended or to run again. */
  public void onLeft(LongConsumer listener) {
    leftListener = listener;
  }

  private void gone(ActiveRun run, Verdict verdict) {
    left(run);
    leftListener.accept(run.job());
    notifier.freed(run.claimed().queue());
    if (verdict instanceof Verdict.RunAgain) {
      notifier.later();
    }
  }

  /** The job has left this node. */
  private void left(ActiveRun run) {
    if (runs.remove(run)) {
      slots(run.claimed().queue()).releaseBytes(run.claimed().payload().length());
    }
  }

  /** Asks the runs of this job here to stop; returns whether there was one. */
  public boolean stop(long job, StopReason reason) {
    return stop(run -> run.job() == job, reason);
  }

  private void stopAll() {
    execution.leave();
    stop(_ -> true, StopReason.HANDOVER);
  }

  /** Stops the runs of this incarnation of the node: it has ended, so they can write nothing. */
  public void lost(long node) {
    lastLost.accumulateAndGet(node, Math::max);
    stop(run -> run.node() == node, StopReason.LOST);
  }

  private boolean stop(Predicate<ActiveRun> which, StopReason reason) {
    List<ActiveRun> chosen = runs.stream().filter(which).toList();
    chosen.forEach(run -> run.stop(reason));
    if (!chosen.isEmpty()) {
      putBack(run -> run.stopReason().isPresent());
    }
    return !chosen.isEmpty();
  }

  /**
   * Puts back the jobs that were claimed ahead of a slot and have waited longer than this for it.
   */
  void putBackAfter(Duration waited) {
    long now = world.nanos();
    putBack(run -> now - run.claimedAt() > waited.toNanos());
  }

  private void putBack(Predicate<ActiveRun> which) {
    slots.values().forEach(queue -> putBack(queue, which));
  }

  private void putBack(Slots queue, Predicate<ActiveRun> which) {
    for (ActiveRun run : queue.takeOut(which)) {
      if (run.stopReason().equals(Optional.of(StopReason.CANCELLED))) {
        queue.squeezeIn(); // ending it is cheap
        begin(run, queue);
      } else {
        run.neverBegan();
        finisher.submit(run, new Verdict.RunAgain(Duration.ZERO, false, ""));
      }
    }
  }
}
