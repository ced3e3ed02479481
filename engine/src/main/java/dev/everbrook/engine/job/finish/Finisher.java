package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.enqueue.Weight;
import dev.everbrook.engine.job.lane.LaneTable;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes verdicts in batches of one statement. While a batch is being written, the next one
 * gathers: an idle node waits for nothing, and a busy one commits seldom. A verdict whose row is
 * locked waits apart from the others.
 *
 * <p>Writing a verdict twice changes nothing (see {@link VerdictTable}), so after a lost connection
 * the batch is sent again. Claimers bound the number of waiting verdicts: they ask {@link #isBusy}.
 * Safe for use by many threads.
 */
public final class Finisher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Finisher.class);

  /** See {@link Weight}. */
  private static final int UNWRITTEN_MAX = 4 * Weight.BATCH_MAX;

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration LOCKED_REST = Duration.ofMillis(250);

  /**
   * A verdict to be written.
   *
   * @param gone whether it was released; an Error may have left others of its batch unreleased
   */
  private record Pending(FinishedRun run, Verdict verdict, AtomicBoolean gone) {
    VerdictTable.Entry entry() {
      return new VerdictTable.Entry(run.claimed(), verdict);
    }

    int weight() {
      return verdict instanceof Verdict.Finish(_, _, var result) ? Weight.of(result) : 1;
    }
  }

  private record LaneName(String queue, String lane) {}

  /** Refunds to a lane; tokens may be negative. */
  private record Debt(int tokens, int jobs) {

    Debt plus(Debt more) {
      return new Debt(tokens + more.tokens, jobs + more.jobs);
    }
  }

  private final VerdictWriter writer;
  private final LaneTable lanes;
  private final QueueNotifier notifier;
  private final JobMeters meters;
  private final World world;
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unwritten = new AtomicInteger();
  private final Loop loop;

  /** Unwritten verdicts; used by the loop's thread only, as all fields below. */
  private final List<Pending> batch = new ArrayList<>();

  /** Verdicts whose rows another transaction has locked. */
  private List<Pending> locked = List.of();

  private long lookAt;

  /** Token balances of lanes; locked lanes come last. */
  private final SequencedMap<LaneName, Debt> owed = new LinkedHashMap<>();

  private long settleAt;

  public Finisher(
      VerdictWriter writer,
      LaneTable lanes,
      QueueNotifier notifier,
      JobMeters meters,
      World world) {
    this.writer = writer;
    this.lanes = lanes;
    this.notifier = notifier;
    this.meters = meters;
    this.world = world;
    this.loop = world.loop("finish", this::step);
  }

  public void submit(FinishedRun run, Verdict verdict) {
    Pending pending = new Pending(run, verdict, new AtomicBoolean());
    int weight = pending.weight();
    queue.add(pending);
    unwritten.addAndGet(weight); // after all steps that may fail
    loop.wake();
  }

  /** Counts the run of an end under way as a waiting verdict. */
  public void hold() {
    unwritten.incrementAndGet();
  }

  /** Submits the verdict on a run that {@link #hold} counted. */
  public void submitHeld(FinishedRun run, Verdict verdict) {
    submit(run, verdict);
    unwritten.decrementAndGet();
  }

  /** Whether so many verdicts wait that no job should begin. */
  public boolean isBusy() {
    return unwritten.get() >= UNWRITTEN_MAX;
  }

  private Duration step() {
    if (!locked.isEmpty() && world.nanos() - lookAt >= 0) {
      lookAtLocked();
    }
    if (batch.isEmpty()) {
      fill();
    }
    if (!batch.isEmpty()) {
      List<Pending> held = sortOut(batch, writer.write(said(batch)));
      locked = Stream.concat(locked.stream(), held.stream()).toList();
      batch.clear();
      settle();
      return Duration.ZERO;
    }
    settle();
    return locked.isEmpty() && owed.isEmpty() ? IDLE : LOCKED_REST;
  }

  private void lookAtLocked() {
    List<Pending> some = portion(locked);
    List<Pending> held = new ArrayList<>(sortOut(some, writer.writeLocked(said(some))));
    long tried = some.stream().limit(VerdictWriter.TRIED_MAX).filter(held::contains).count();
    Collections.rotate(held, -(int) tried); // the tried ones have had their turn
    locked = Stream.concat(locked.stream().skip(some.size()), held.stream()).toList();
    lookAt = world.nanos() + LOCKED_REST.toNanos();
  }

  private static List<VerdictTable.Entry> said(List<Pending> pending) {
    return pending.stream()
        .filter(it -> !(it.verdict() instanceof Verdict.Left) && !it.gone().get())
        .map(Pending::entry)
        .toList();
  }

  /** Releases the written and the void verdicts; returns the locked ones. May be repeated. */
  private List<Pending> sortOut(List<Pending> pending, VerdictWriter.Written written) {
    Map<Boolean, List<Pending>> byLock =
        pending.stream()
            .collect(Collectors.partitioningBy(it -> written.locked().contains(it.entry())));
    List<Pending> over = byLock.getOrDefault(false, List.of());
    over.forEach(it -> letGo(it, written.jobs()));
    written.queues().forEach(notifier::wake);
    return byLock.getOrDefault(true, List.of());
  }

  private void letGo(Pending pending, Set<Long> written) {
    if (!pending.gone().get()) {
      leave(pending, written);
      owe(pending);
      unwritten.addAndGet(-pending.weight());
      pending.gone().set(true);
    }
  }

  private void leave(Pending pending, Set<Long> written) {
    if (pending.verdict() instanceof Verdict.Left
        || written.contains(pending.run().claimed().id())) {
      meters.written(pending.verdict());
    } else {
      meters.fenced();
      log.info(
          "{} is no longer held by this node; its verdict was dropped", pending.run().claimed());
    }
    pending.run().left(pending.verdict());
  }

  /** Fills the batch of one statement; each verdict is in the batch before it leaves the queue. */
  private void fill() {
    int weight = 0;
    Pending next;
    while (weight < Weight.BATCH_MAX && (next = queue.peek()) != null) {
      batch.add(next);
      queue.remove();
      weight += next.weight();
    }
  }

  /** The first of these verdicts, as many as fit one statement. */
  private static List<Pending> portion(List<Pending> all) {
    int weight = 0;
    int size = 0;
    while (weight < Weight.BATCH_MAX && size < all.size()) {
      weight += all.get(size).weight();
      size++;
    }
    return all.subList(0, size);
  }

  private void owe(Pending done) {
    FinishedRun run = done.run();
    Debt debt = new Debt(run.tokensToSettle(), run.isChargedInVain() ? 1 : 0);
    if (debt.tokens() != 0 || debt.jobs() != 0) {
      owed.merge(
          new LaneName(run.claimed().queue(), run.claimed().links().lane()), debt, Debt::plus);
    }
  }

  /**
   * Refunds after the verdicts, which do not wait for it. It settles lane by lane, since a claim
   * locks several lanes at once in its own order. A locked lane has its turn after the others,
   * later.
   */
  private void settle() {
    boolean free = owed.isEmpty() || world.nanos() - settleAt >= 0;
    for (LaneName lane : free ? List.copyOf(owed.keySet()) : List.<LaneName>of()) {
      if (!settled(lane)) {
        owed.putLast(lane, owed.getOrDefault(lane, new Debt(0, 0)));
        settleAt = world.nanos() + LOCKED_REST.toNanos();
        return;
      }
    }
  }

  private boolean settled(LaneName lane) {
    Debt debt = owed.getOrDefault(lane, new Debt(0, 0));
    try {
      if (debt.tokens() != 0) {
        lanes.settle(lane.queue(), lane.lane(), debt.tokens());
        owed.put(lane, new Debt(0, debt.jobs())); // not again if the refund fails
      }
      if (debt.jobs() != 0) {
        lanes.refund(lane.queue(), lane.lane(), debt.jobs());
      }
    } catch (StoreFailure e) {
      if (e.isLockTimeout()) {
        return false;
      }
      throw e;
    }
    owed.remove(lane);
    return true;
  }

  @Override
  public void close() {
    loop.close();
  }
}
