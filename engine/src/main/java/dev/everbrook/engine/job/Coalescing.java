package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Enqueues jobs of many callers with one statement and one commit: while one is under way the next
 * batch gathers. A caller is told only when his job is durable. Safe for use by many threads.
 */
final class Coalescing implements AutoCloseable {

  /** How many jobs may wait to be written; who comes with one more waits with it. */
  static final int WAITING_MAX = 10_000;

  /** How many UTF-16 units their payloads may have together; at most 64 MiB in memory. */
  static final int PAYLOADS_MAX = 32 * 1024 * 1024;

  private static final Duration IDLE = Duration.ofSeconds(10);

  private record Pending(NewJob job, String trace, CompletableFuture<Long> told) {}

  private final Database database;
  private final Intake intake;
  private final Consumer<List<NewJob>> written;
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final Semaphore room = new Semaphore(WAITING_MAX);
  private final Semaphore payloads = new Semaphore(PAYLOADS_MAX);
  private final Loop loop;
  private volatile boolean closed;

  /**
   * @param written is told of the jobs of a batch that has committed
   */
  Coalescing(Database database, Intake intake, World world, Consumer<List<NewJob>> written) {
    this.database = database;
    this.intake = intake;
    this.written = written;
    this.loop = world.loop("enqueue", this::step);
  }

  CompletableFuture<Long> submit(NewJob job, String trace) throws InterruptedException {
    enter(job);
    Pending pending = new Pending(job, trace, new CompletableFuture<>());
    queue.add(pending);
    loop.wake();
    if (closed) {
      refuseRest();
    }
    return pending.told();
  }

  private void enter(NewJob job) throws InterruptedException {
    room.acquire();
    boolean entered = false;
    try {
      payloads.acquire(job.payload().length());
      entered = true;
    } finally {
      if (!entered) {
        room.release();
      }
    }
  }

  private void leave(Pending pending) {
    payloads.release(pending.job().payload().length());
    room.release();
  }

  private Duration step() {
    List<Pending> batch = gather();
    if (batch.isEmpty()) {
      return IDLE;
    }
    write(batch);
    return Duration.ZERO;
  }

  private List<Pending> gather() {
    List<Pending> gathered = new ArrayList<>();
    Pending next;
    while (gathered.size() < Intake.BATCH_MAX && (next = queue.poll()) != null) {
      gathered.add(next);
    }
    gathered.forEach(this::leave);
    return gathered;
  }

  /** A job that the database rejects fails alone: it is found by halving. */
  private void write(List<Pending> batch) {
    List<Long> ids = List.of();
    try {
      ids = enqueue(batch);
    } catch (StoreFailure e) {
      if (e.isDataError() && batch.size() > 1) {
        write(batch.subList(0, batch.size() / 2));
        write(batch.subList(batch.size() / 2, batch.size()));
      } else {
        batch.forEach(it -> it.told().completeExceptionally(e));
      }
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).told().complete(ids.get(i));
    }
  }

  private List<Long> enqueue(List<Pending> batch) {
    List<NewJob> jobs = batch.stream().map(Pending::job).toList();
    List<String> traces = batch.stream().map(Pending::trace).toList();
    List<Long> ids = intake.enqueueAll(database, jobs, traces);
    written.accept(jobs);
    return ids;
  }

  private void refuseRest() {
    Pending next;
    while ((next = queue.poll()) != null) {
      leave(next);
      next.told().completeExceptionally(new IllegalStateException("this node has been closed"));
    }
  }

  /** What has not been written yet is refused; its callers are told. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    refuseRest();
  }
}
