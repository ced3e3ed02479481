package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Session;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what all threads of this node append to channels: one connection, one transaction for all
 * that gathered while the last one was under way.
 *
 * <p><b>Invariants.</b>
 *
 * <ol>
 *   <li><i>Dense.</i> The numbers of a channel are given out under the lock of its row, in the
 *       transaction that writes its events. Nodes that append to the same channel wait for each
 *       other; none owns it.
 *   <li><i>Shown means durable.</i> Whoever appended, and every reader, is told after the commit.
 *   <li><i>Exactly once for producers.</i> How far a producer has come is read under that lock and
 *       written by that transaction.
 *   <li><i>Alone in failure.</i> What the database rejects is found by halving the batch. What was
 *       rolled back in favour of another transaction is tried again. When the connection breaks,
 *       nobody knows whether the batch stands: all of it fails, and only a producer may repeat
 *       itself without doubling anything.
 *   <li><i>Bounded.</i> At most {@link #WAITING_MAX} appends and {@link #WAITING_BYTES_MAX} bytes
 *       wait; who comes then is told so at once.
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

  private record Waiting(Append append, int bytes, CompletableFuture<Appended> outcome) {}

  private final World world;
  private final Committed.Listener listener;
  private final Session session;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Timer flushes;
  private final Counter events;
  private final Loop loop;
  private long waitingBytes;
  private boolean closed;
  private long lastNanos;
  private int lastSize;

  ChannelCommit(Database database, World world, Committed.Listener listener, MeterRegistry meters) {
    this.world = world;
    this.listener = listener;
    this.session = database.dedicated("the appends");
    this.flushes = meters.timer("everbrook.channel.flush");
    this.events = meters.counter("everbrook.channel.events");
    this.loop = Loop.start("append", this::step);
  }

  /** Waits until it is decided. */
  Appended append(Append append) throws InterruptedException {
    CompletableFuture<Appended> outcome = new CompletableFuture<>();
    int bytes = append.bytes();
    synchronized (waiting) {
      boolean full =
          waiting.size() >= WAITING_MAX
              || !waiting.isEmpty() && waitingBytes + bytes > WAITING_BYTES_MAX;
      if (closed || full) {
        return new Appended.Busy();
      }
      waiting.add(new Waiting(append, bytes, outcome));
      waitingBytes += bytes;
    }
    loop.wake();
    try {
      return outcome.get();
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

  private Duration step() throws InterruptedException {
    if (isIdle()) {
      return IDLE;
    }
    linger();
    List<Waiting> batch = gather();
    try {
      settle(batch, 1);
    } finally {
      batch.forEach(ChannelCommit::demandDecided);
    }
    return Duration.ZERO;
  }

  /** Whatever went wrong, nobody waits for ever. */
  private static void demandDecided(Waiting waiting) {
    if (!waiting.outcome().isDone()) {
      waiting
          .outcome()
          .completeExceptionally(new IllegalStateException("an append was not decided"));
    }
  }

  private boolean isIdle() {
    synchronized (waiting) {
      return waiting.isEmpty();
    }
  }

  /** When many append, half a flush more gathers many into one: a commit costs more than a row. */
  private void linger() throws InterruptedException {
    if (lastSize > FEW) {
      world.rest(Duration.ofNanos(Math.min(lastNanos / 2, LINGER_MAX.toNanos())));
    }
  }

  private List<Waiting> gather() {
    List<Waiting> batch = new ArrayList<>();
    long bytes = 0;
    synchronized (waiting) {
      Waiting next;
      while ((next = waiting.peek()) != null
          && batch.size() < BATCH_MAX
          && (batch.isEmpty() || bytes + next.bytes() <= BATCH_BYTES_MAX)) {
        batch.add(next);
        bytes += next.bytes();
        waiting.remove();
      }
      waitingBytes -= bytes;
    }
    return batch;
  }

  private void settle(List<Waiting> batch, int attempt) {
    AppendBatch appends = new AppendBatch(batch.stream().map(Waiting::append).toList());
    long start = world.nanos();
    List<Appended> outcomes;
    try {
      outcomes = session.tx(appends::run);
    } catch (StoreFailure e) {
      failed(batch, attempt, e);
      return;
    }
    lastNanos = world.nanos() - start;
    lastSize = batch.size();
    flushes.record(lastNanos, TimeUnit.NANOSECONDS);
    List<Committed> committed = appends.committed();
    listener.committed(committed);
    committed.forEach(it -> events.increment(it.entries().events().size()));
    for (int i = 0; i < outcomes.size(); i++) {
      batch.get(i).outcome().complete(outcomes.get(i));
    }
  }

  private void failed(List<Waiting> batch, int attempt, StoreFailure e) {
    if (e.isRolledBack() && attempt < TRIES_MAX) {
      settle(batch, attempt + 1);
      return;
    }
    if (!e.isDataError()) {
      batch.forEach(it -> it.outcome().completeExceptionally(e));
      throw e; // the loop says so, and rests before it tries the next
    }
    if (batch.size() > 1) {
      int middle = batch.size() / 2;
      settle(batch.subList(0, middle), 1);
      settle(batch.subList(middle, batch.size()), 1);
      return;
    }
    Waiting alone = batch.getFirst();
    log.error("an append to {} was rejected", alone.append().to().path(), e);
    alone
        .outcome()
        .completeExceptionally(
            new StreamFailure(
                StreamFailure.Reason.REJECTED,
                "the database rejected what was appended: " + e.getMessage()));
  }

  /** Whoever still waits is told to try elsewhere. */
  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
    }
    loop.close();
    session.close();
    gatherAll().forEach(it -> it.outcome().complete(new Appended.Busy()));
  }

  private List<Waiting> gatherAll() {
    synchronized (waiting) {
      List<Waiting> all = List.copyOf(waiting);
      waiting.clear();
      return all;
    }
  }
}
