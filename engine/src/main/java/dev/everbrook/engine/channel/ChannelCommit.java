package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.DatabaseWait;
import dev.everbrook.engine.store.Session;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Committed;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the appends to channels of all threads of this node: one connection, and one transaction
 * for all appends that gathered during the last one.
 *
 * <p><b>Invariants.</b>
 *
 * <ol>
 *   <li><i>Dense.</i> The numbers of a channel are assigned under the lock of its row, in the
 *       transaction that writes its events. Nodes that append to the same channel wait for each
 *       other; no node owns it.
 *   <li><i>Shown means durable.</i> The appender and the readers are notified after the commit.
 *   <li><i>Exactly once for producers.</i> A producer's progress is read under that lock and
 *       written by that transaction.
 *   <li><i>Alone in failure.</i> A rejected append is found by halving the batch. A batch that was
 *       rolled back in favour of another transaction is tried again. When the connection breaks,
 *       the outcome of the batch is unknown: all its appends fail, and only an append with a
 *       producer can be repeated without doubling.
 *   <li><i>Alone in waiting.</i> A channel that another transaction has locked delays no other
 *       channel: its appends are put back in order, and a later batch tries the first of them
 *       alone. A batch waits a moment for the lock only now and then, or when no other append
 *       waits. After {@link #HELD_MAX} the append is refused as busy.
 *   <li><i>Bounded.</i> At most {@link #WAITING_MAX} appends and {@link #WAITING_BYTES_MAX} bytes
 *       wait; a further append is refused at once.
 * </ol>
 */
final class ChannelCommit implements AutoCloseable {

  static final int WAITING_MAX = 10_000;
  static final long WAITING_BYTES_MAX = 64 << 20;

  private static final Logger log = LoggerFactory.getLogger(ChannelCommit.class);
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration LINGER_MAX = Duration.ofMillis(5);
  private static final int FEW = 4;
  private static final int BATCH_MAX = 2_000;
  private static final int BATCH_BYTES_MAX = 8 << 20;
  private static final int TRIES_MAX = 5;

  /** How long an append waits for a channel that another transaction has locked. */
  static final Duration HELD_MAX = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofMillis(50);

  /** How long an append within another transaction waits for its channel. */
  private static final Duration PATIENCE_WITHIN = Duration.ofSeconds(2);

  private static final Duration PATIENT_AGAIN = Duration.ofMillis(250);

  /** Compared by identity. */
  private static final class Waiting {
    private final Append append;
    private final int bytes;
    private final long since;
    private final CompletableFuture<Appended> outcome = new CompletableFuture<>();

    Waiting(Append append, long since) {
      this.append = append;
      this.bytes = append.bytes();
      this.since = since;
    }

    ChannelName to() {
      return append.to();
    }
  }

  private final World world;
  private final Committed.Listener listener;
  private final Fencing fencing;
  private final Session session;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Timer flushes;
  private final Counter events;
  private final Loop loop;
  private long waitingBytes;
  private boolean closed;
  private long lastNanos;
  private int lastSize;

  /** Channels found locked in the last batch. Only the loop uses this and the next fields. */
  private final Set<ChannelName> held = new HashSet<>();

  private final Set<Waiting> back = new LinkedHashSet<>();

  /** Appends that were taken and may be undecided, since an Error may abort a step. */
  private List<Waiting> taken = List.of();

  private long lastPatient;

  ChannelCommit(
      Database database,
      Fencing fencing,
      World world,
      Committed.Listener listener,
      MeterRegistry meters) {
    this.world = world;
    this.listener = listener;
    this.fencing = fencing;
    this.session = database.dedicated("the appends");
    this.flushes = meters.timer("everbrook.channel.flush");
    this.events = meters.counter("everbrook.channel.events");
    this.loop = world.loop("append", this::step);
  }

  /** Waits until the append is decided. */
  Appended append(Append append) throws InterruptedException {
    Waiting fresh = new Waiting(append, world.nanos());
    synchronized (waiting) {
      boolean full =
          waiting.size() >= WAITING_MAX
              || !waiting.isEmpty() && waitingBytes + fresh.bytes > WAITING_BYTES_MAX;
      if (closed || full) {
        return new Appended.Busy();
      }
      waiting.add(fresh);
      waitingBytes += fresh.bytes;
    }
    loop.wake();
    try (var _ = DatabaseWait.handOver()) {
      return fresh.outcome.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreFailure failure) {
        throw failure;
      }
      if (e.getCause() instanceof StreamFailure failure) {
        throw failure;
      }
      throw new IllegalStateException("an append failed", e.getCause());
    }
  }

  /** Appends in a transaction of the caller; readers are notified after its commit. */
  Appended append(Tx tx, Append append) {
    AppendBatch alone = new AppendBatch(List.of(append), PATIENCE_WITHIN, fencing);
    Appended outcome = alone.run(tx).getFirst().orElseThrow();
    tx.afterCommit(() -> tell(alone.committed()));
    return outcome;
  }

  private void tell(List<Committed> committed) {
    listener.committed(committed);
    committed.forEach(it -> events.increment(it.entries().events().size()));
  }

  private Duration step() throws InterruptedException {
    letGo();
    if (isIdle()) {
      return IDLE;
    }
    linger();
    gather();
    held.clear();
    try {
      settle(taken, 1, Duration.ZERO);
      persist(taken.size());
    } finally {
      letGo();
    }
    return Duration.ZERO;
  }

  /** Requeues the put-back appends and decides all other taken ones. May be repeated. */
  private void letGo() {
    for (Waiting it : taken) {
      if (!back.contains(it)) {
        demandDecided(it);
      }
    }
    taken = List.of();
    putBack();
  }

  /**
   * Waits for the lock of a skipped channel; without that, a channel that is busy on other nodes
   * might never be found unlocked.
   */
  private void persist(int gathered) {
    boolean nothingElse = back.size() == gathered;
    if (back.isEmpty() || !nothingElse && world.nanos() - lastPatient < PATIENT_AGAIN.toNanos()) {
      return;
    }
    ChannelName first = back.iterator().next().to();
    List<Waiting> its = back.stream().filter(it -> it.to().equals(first)).toList();
    back.removeAll(its);
    held.remove(first);
    settle(its, 1, PATIENCE);
    lastPatient = world.nanos();
  }

  /** Requeues put-back appends at the head, so that the appends to a channel keep their order. */
  private void putBack() {
    if (back.isEmpty()) {
      return;
    }
    long now = world.nanos();
    for (Waiting it : List.copyOf(back).reversed()) {
      putBack(it, now);
      back.remove(it);
    }
  }

  private void putBack(Waiting it, long now) {
    synchronized (waiting) {
      if (!closed && now - it.since <= HELD_MAX.toNanos()) {
        waiting.addFirst(it);
        waitingBytes += it.bytes;
        return;
      }
    }
    it.outcome.complete(new Appended.Busy());
  }

  /** Fails an undecided append, so that no appender waits for ever. */
  private static void demandDecided(Waiting waiting) {
    if (!waiting.outcome.isDone()) {
      waiting.outcome.completeExceptionally(new IllegalStateException("an append was not decided"));
    }
  }

  private boolean isIdle() {
    synchronized (waiting) {
      return waiting.isEmpty();
    }
  }

  /**
   * With many appenders, waiting for half a flush gathers more appends into one commit, which costs
   * more than a row.
   */
  private void linger() throws InterruptedException {
    if (lastSize > FEW) {
      world.rest(Duration.ofNanos(Math.min(lastNanos / 2, LINGER_MAX.toNanos())));
    }
  }

  private void gather() {
    synchronized (waiting) {
      List<Waiting> batch = chosen();
      Iterator<Waiting> all = waiting.iterator();
      taken = batch; // first: an Error before this changes nothing
      for (int i = 0; i < batch.size(); ) {
        Waiting next = all.next();
        if (next == batch.get(i)) {
          all.remove();
          waitingBytes -= next.bytes;
          i++;
        }
      }
    }
  }

  /** Chooses appends in order; of a locked channel only the first, to test the lock. */
  private List<Waiting> chosen() {
    List<Waiting> batch = new ArrayList<>();
    Set<ChannelName> tried = new HashSet<>();
    long bytes = 0;
    for (Waiting next : waiting) {
      boolean goesOn = !held.contains(next.to()) || tried.add(next.to());
      if (batch.size() == BATCH_MAX
          || goesOn && !batch.isEmpty() && bytes + next.bytes > BATCH_BYTES_MAX) {
        break;
      }
      if (goesOn) {
        batch.add(next);
        bytes += next.bytes;
      }
    }
    return batch;
  }

  private void settle(List<Waiting> gathered, int attempt, Duration patience) {
    List<Waiting> batch = free(gathered);
    AppendBatch appends =
        new AppendBatch(batch.stream().map(it -> it.append).toList(), patience, fencing);
    long start = world.nanos();
    List<Optional<Appended>> outcomes;
    try {
      outcomes = session.tx(appends::run);
    } catch (StoreFailure e) {
      failed(batch, attempt, patience, e);
      return;
    }
    lastNanos = world.nanos() - start;
    lastSize = batch.size();
    flushes.record(lastNanos, TimeUnit.NANOSECONDS);
    tell(appends.committed());
    for (int i = 0; i < outcomes.size(); i++) {
      Waiting each = batch.get(i);
      outcomes.get(i).ifPresentOrElse(each.outcome::complete, () -> hold(each));
    }
  }

  private void hold(Waiting it) {
    held.add(it.to());
    back.add(it);
  }

  /** Puts back the appends that follow a put-back one on the same channel. */
  private List<Waiting> free(List<Waiting> batch) {
    if (held.isEmpty()) {
      return batch;
    }
    batch.stream().filter(it -> held.contains(it.to())).forEach(this::hold);
    return batch.stream().filter(it -> !held.contains(it.to())).toList();
  }

  private void failed(List<Waiting> batch, int attempt, Duration patience, StoreFailure e) {
    if (e.isLockTimeout() && patience.isPositive()) {
      batch.forEach(this::hold);
      return;
    }
    if (e.isRolledBack() && attempt < TRIES_MAX) {
      settle(batch, attempt + 1, patience);
      return;
    }
    if (!e.isDataError()) {
      batch.forEach(it -> it.outcome.completeExceptionally(e));
      throw e; // the loop logs it, and rests before the next batch
    }
    if (batch.size() > 1) {
      halve(batch, patience);
      return;
    }
    Waiting alone = batch.getFirst();
    log.error("an append to {} was rejected", alone.to().path(), e);
    alone.outcome.completeExceptionally(
        new StreamFailure(
            StreamFailure.Reason.REJECTED, "the database rejected the append: " + e.getMessage()));
  }

  /** If the first half fails, the second is refused as busy: it is unsent and can be repeated. */
  private void halve(List<Waiting> batch, Duration patience) {
    int middle = batch.size() / 2;
    List<Waiting> second = batch.subList(middle, batch.size());
    try {
      settle(batch.subList(0, middle), 1, patience);
    } catch (StoreFailure e) {
      second.forEach(it -> it.outcome.complete(new Appended.Busy()));
      throw e;
    }
    settle(second, 1, patience);
  }

  /** Refuses the waiting appends as busy; they may be repeated on another node. */
  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
    }
    loop.close();
    session.close();
    decideAll();
  }

  /** Decides all appends. The loop has ended, or hangs in an aborted statement. */
  private void decideAll() {
    List<Waiting> all;
    synchronized (waiting) {
      all = List.copyOf(waiting);
      waiting.clear();
    }
    all.forEach(it -> it.outcome.complete(new Appended.Busy()));
    taken.forEach(ChannelCommit::demandDecided);
  }
}
