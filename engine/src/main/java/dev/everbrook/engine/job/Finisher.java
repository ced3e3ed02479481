package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes verdicts, all that came together in one statement: while one is under way the next batch
 * gathers, so that an idle node waits for nothing and a busy one commits seldom.
 *
 * <p>Writing a verdict twice changes nothing (see {@link VerdictTable}), so after a lost connection
 * the batch is simply sent again. How many wait is bounded by the claimers, who ask {@link
 * #isBusy}. Safe for use by many threads.
 */
final class Finisher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Finisher.class);
  private static final int BATCH_MAX = 1_000;
  private static final int UNWRITTEN_MAX = 4 * BATCH_MAX;
  private static final Duration IDLE = Duration.ofSeconds(10);

  private record Pending(Run run, Verdict verdict) {}

  private final Database database;
  private final VerdictTable table;
  private final Lanes lanes;
  private final JobMeters meters;
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unwritten = new AtomicInteger();
  private final Loop loop;
  private volatile BiConsumer<Run, Verdict> left = (_, _) -> {};
  private volatile Consumer<String> ready = _ -> {};

  /** What could not be written yet; the loop's own. */
  private List<Pending> batch = List.of();

  Finisher(Database database, VerdictTable table, Lanes lanes, JobMeters meters) {
    this.database = database;
    this.table = table;
    this.lanes = lanes;
    this.meters = meters;
    this.loop = Loop.start("finish", this::step);
  }

  /** Calls {@code listener} for each run whose verdict has been written or is void. */
  void onLeft(BiConsumer<Run, Verdict> listener) {
    left = listener;
  }

  /** Calls {@code listener} with a queue in which a job's end made another ready. */
  void onReady(Consumer<String> listener) {
    ready = listener;
  }

  void submit(Run run, Verdict verdict) {
    unwritten.incrementAndGet();
    queue.add(new Pending(run, verdict));
    loop.wake();
  }

  /** Whether so much waits to be written that no more should be begun. */
  boolean isBusy() {
    return unwritten.get() >= UNWRITTEN_MAX;
  }

  private Duration step() {
    if (batch.isEmpty()) {
      batch = gather();
    }
    if (batch.isEmpty()) {
      return IDLE;
    }
    VerdictTable.Written written = write(batch);
    List<Pending> done = batch;
    batch = List.of();
    unwritten.addAndGet(-done.size());
    done.forEach(pending -> leave(pending, written.jobs()));
    written.queues().forEach(ready);
    settle(done);
    return Duration.ZERO;
  }

  private void leave(Pending pending, Set<Long> written) {
    if (pending.verdict() instanceof Verdict.Left || written.contains(pending.run().job())) {
      meters.written(pending.verdict());
    } else {
      meters.fenced();
      log.info("{} is no longer held by this node; its verdict was dropped", pending.run());
    }
    left.accept(pending.run(), pending.verdict());
  }

  private List<Pending> gather() {
    List<Pending> gathered = new ArrayList<>();
    Pending next;
    while (gathered.size() < BATCH_MAX && (next = queue.poll()) != null) {
      gathered.add(next);
    }
    return gathered;
  }

  private VerdictTable.Written write(List<Pending> pending) {
    List<VerdictTable.Entry> entries =
        pending.stream()
            .filter(it -> !(it.verdict() instanceof Verdict.Left))
            .map(it -> new VerdictTable.Entry(it.run().claimed(), it.verdict()))
            .toList();
    return entries.isEmpty()
        ? VerdictTable.Written.NOTHING
        : database.tx(tx -> table.write(tx, entries));
  }

  /** What a lane is owed, or owes, is not worth a place in the statement that ends the job. */
  private void settle(List<Pending> done) {
    for (Pending pending : done) {
      int tokens = pending.run().tokensToSettle();
      if (tokens != 0) {
        lanes.settle(pending.run().claimed().queue(), pending.run().lane(), tokens);
      }
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
