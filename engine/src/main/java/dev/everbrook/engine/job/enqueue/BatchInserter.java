package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.NewJob;
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
public final class BatchInserter implements AutoCloseable {

  /** How many jobs may wait to be written; who comes with one more waits with it. */
  static final int WAITING_MAX = 10_000;

  /** How many UTF-16 units their payloads may have together; at most 64 MiB in memory. */
  static final int PAYLOADS_MAX = 32 * 1024 * 1024;

  private static final Duration IDLE = Duration.ofSeconds(10);

  private record Pending(NewJob job, String trace, CompletableFuture<Long> told) {}

  private final Database database;
  private final JobInserter inserter;
  private final Consumer<List<NewJob>> written;
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final Semaphore room = new Semaphore(WAITING_MAX);
  private final Semaphore payloads = new Semaphore(PAYLOADS_MAX);
  private final Loop loop;
  private volatile boolean closed;

  /** What has left the queue and may not have been told; the loop's own. */
  private final ArrayList<Pending> gathered = new ArrayList<>();

  /** Made beforehand: it is needed when there may be no memory to make it. */
  private final IllegalStateException untold =
      new IllegalStateException("it is not known whether the job was enqueued: look, or try again");

  /**
   * @param written is told of the jobs of a batch that has committed
   */
  public BatchInserter(
      Database database, JobInserter inserter, World world, Consumer<List<NewJob>> written) {
    this.database = database;
    this.inserter = inserter;
    this.written = written;
    this.loop = world.loop("enqueue", this::step);
  }

  public CompletableFuture<Long> submit(NewJob job, String trace) throws InterruptedException {
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
    letGo();
    gather();
    if (gathered.isEmpty()) {
      return IDLE;
    }
    try {
      write(gathered);
    } finally {
      letGo();
    }
    return Duration.ZERO;
  }

  /** All that was gathered is told by now; only an Error may have kept some from it. */
  private void letGo() {
    gathered.forEach(it -> it.told().completeExceptionally(untold));
    gathered.clear();
  }

  private void gather() {
    Pending next = null;
    do {
      gathered.ensureCapacity(gathered.size() + 1); // what leaves the queue must have a place
      next = gathered.size() < JobInserter.BATCH_MAX ? queue.poll() : null;
      if (next != null) {
        gathered.add(next);
        leave(next);
      }
    } while (next != null);
  }

  /** A job that the database rejects fails alone: it is found by halving. */
  private void write(List<Pending> batch) {
    List<NewJob> jobs;
    try {
      jobs = batch.stream().map(Pending::job).toList();
      List<String> traces = batch.stream().map(Pending::trace).toList();
      List<Long> ids = inserter.enqueueAll(database, jobs, traces);
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).told().complete(ids.get(i));
      }
    } catch (Throwable e) { // wide: a future that stays open holds its caller for ever
      if (e instanceof StoreFailure failure && failure.isDataError() && batch.size() > 1) {
        halve(batch);
        return;
      }
      batch.forEach(it -> it.told().completeExceptionally(e));
      if (e instanceof StoreFailure) {
        return; // its callers were told
      }
      throw e;
    }
    written.accept(jobs);
  }

  /** The second half is written whatever becomes of the first. */
  private void halve(List<Pending> batch) {
    int middle = batch.size() / 2;
    try {
      write(batch.subList(0, middle));
    } finally {
      write(batch.subList(middle, batch.size()));
    }
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
