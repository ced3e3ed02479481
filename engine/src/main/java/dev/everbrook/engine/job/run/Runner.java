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
 * Gives claimed jobs their slots and threads, and hands the verdicts to the finisher. A slot is
 * free again when its handler has returned; how many verdicts may wait to be written is for the
 * claimers to bound. Safe for use by many threads.
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

  /** A run that comes after this was set is told to hand over; one that came before is found. */
  private volatile boolean leaving;

  /** The same of the incarnations of this node, whose ids grow: the last that is over. */
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
   * How many bytes of payloads a node holds of one queue: a sixteenth of the heap, within bounds.
   * What is beyond that waits in the database until jobs have left.
   */
  static final long PAYLOADS_MAX =
      Math.clamp(
          Runtime.getRuntime().maxMemory() / 16,
          8L * NewJob.PAYLOAD_BYTES_MAX,
          256L * NewJob.PAYLOAD_BYTES_MAX);

  /** The slots of a queue; one that this node does not work has none. */
  Slots slots(String queue) {
    return slots.computeIfAbsent(queue, _ -> new Slots(PAYLOADS_MAX, world.nanos()));
  }

  /**
   * Gives the queue so many slots, 1 at least. The object stays the same, as long as the node
   * lives: the runs of a queue that was closed, and their payloads, are counted when it opens.
   */
  public Slots open(String queue, int most) {
    Slots opened = slots(queue);
    opened.resize(most).forEach(run -> begin(run, opened));
    return opened;
  }

  /**
   * Takes the queue's slots away: what runs goes on to its end, what waits for a slot goes back,
   * and so does what is being claimed, as soon as it arrives.
   */
  public void close(String queue) {
    Slots closed = slots(queue);
    closed.resize(0);
    putBack(closed, _ -> true);
  }

  /** The runs that have not left; a job may have two, when an older one is still unwinding. */
  public Collection<? extends Run> running() {
    return runs;
  }

  /** The same, with what only this room may do. */
  Set<ActiveRun> runs() {
    return runs;
  }

  /** How many runs are of jobs that only are to end: cancelled ones, or past their deadlines. */
  public long ending() {
    long now = world.nanos();
    return runs.stream()
        .filter(run -> run.claimed().cancelled() || run.nanosToDeadline(now) <= 0)
        .count();
  }

  /** A claim of a job. */
  record Holding(long job, int run) {}

  /** The claims that are in good hands here. */
  Set<Holding> held() {
    return runs.stream()
        .map(it -> new Holding(it.job(), it.claimed().run()))
        .collect(Collectors.toSet());
  }

  /** Starts a job that takes its slot whether or not there is one. */
  public void start(Claimed claimed) {
    Slots queue = slots(claimed.queue());
    ActiveRun run = run(claimed);
    queue.squeezeIn();
    begin(run, queue);
  }

  /**
   * Starts jobs of one queue that were claimed together and for which room was reserved, or keeps
   * them until there is a slot. After an Error those that have not come are unknown here, as if
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

  /** A thread serves the slot as long as a job waits for it. */
  private void begin(ActiveRun first, Slots queue) {
    try {
      Thread.ofVirtual().start(() -> serve(first, queue));
    } catch (Throwable e) { // wide: the others that were claimed with it begin all the same
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

  /** Logs it too, which may be what cannot be done, for want of memory or by its own fault. */
  private static String reason(List<ActiveRun> runs, Throwable e) {
    try {
      log.error("{} could not be run", runs, e);
      return Excerpt.reason(e.toString());
    } catch (Throwable _) { // wide: the verdicts are not to be lost over it
      return e.getClass().getName();
    }
  }

  /**
   * Lets what runs go on for so long, then asks it to hand over, for which it has 5 s; logs how
   * many did not. What waits for a slot hands over at once.
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

  /** Whether what begins now is only handed over. */
  public boolean isLeaving() {
    return leaving;
  }

  /** Repeats the action, for those that come to wait for a slot, until nothing runs. */
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

  /** Calls {@code listener} with each job that has left this node, done or to run again. */
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

  /** Asks the job to stop, if it is here. */
  public boolean stop(long job, StopReason reason) {
    return stop(run -> run.job() == job, reason);
  }

  private void stopAll() {
    execution.leave();
    stop(_ -> true, StopReason.HANDOVER);
  }

  /** Whatever was begun under this incarnation of the node can no longer be finished. */
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

  /** Those that were claimed ahead of a slot and have waited so long for it go back. */
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
        queue.squeezeIn(); // ending it is no work to speak of
        begin(run, queue);
      } else {
        run.neverBegan();
        finisher.submit(run, new Verdict.RunAgain(Duration.ZERO, false, ""));
      }
    }
  }
}
