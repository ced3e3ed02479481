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
 * Enqueues the jobs of many callers with one statement and one commit. While a batch is being
 * written, the next one gathers. A future completes only when its job is durable. Safe for use by
 * many threads.
 */
public final class BatchInserter implements AutoCloseable {

  /** The most unwritten jobs; the next caller waits until its job fits. */
  static final int WAITING_MAX = 10_000;

  /** The most UTF-16 units of their payloads together: at most 64 MiB in memory. */
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

  /**
   * Jobs that left the queue and whose callers may be unanswered; used by the loop's thread only.
   */
  private final ArrayList<Pending> gathered = new ArrayList<>();

  /** Allocated in advance: when it is needed, there may be no memory for it. */
  private final IllegalStateException untold =
      new IllegalStateException("it is not known whether the job was enqueued: look, or try again");

  /**
   * @param written called with the jobs of each committed batch
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

  /**
   * Answers all gathered callers; usually they have their answers, unless an Error came between.
   */
  private void letGo() {
    gathered.forEach(it -> it.told().completeExceptionally(untold));
    gathered.clear();
  }

  private void gather() {
    Pending next = null;
    do {
      gathered.ensureCapacity(gathered.size() + 1); // so that a job that left the queue has a place
      next = gathered.size() < JobInserter.BATCH_MAX ? queue.poll() : null;
      if (next != null) {
        gathered.add(next);
        leave(next);
      }
    } while (next != null);
  }

  /** A job that the database rejects fails alone; halving the batch finds it. */
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
        return; // its callers have their answers
      }
      throw e;
    }
    written.accept(jobs);
  }

  /** The second half is written even if the first half fails. */
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

  /** Unwritten jobs are refused and their callers informed. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    refuseRest();
  }
}
