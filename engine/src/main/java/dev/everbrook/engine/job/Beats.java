package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beats of workers in other processes that wait on this node to be told to stop something. Safe
 * for use by many threads.
 */
final class Beats {

  private static final Logger log = LoggerFactory.getLogger(Beats.class);

  private static final String OWNER =
      "SELECT owner FROM everbrook.job WHERE id = ? AND state = 'running'";

  private final Database database;
  private final Map<Long, Semaphore> waiting = new ConcurrentHashMap<>();

  Beats(Database database) {
    this.database = database;
  }

  /** From here on what is cancelled is not missed; of two beats of a worker the later waits. */
  Semaphore enter(long node) {
    Semaphore called = new Semaphore(0);
    waiting.put(node, called);
    return called;
  }

  void leave(long node, Semaphore called) {
    waiting.remove(node, called);
  }

  /** Waits until called, or for so long. */
  static void await(Semaphore called, Duration most) throws InterruptedException {
    if (called.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
      called.drainPermits();
    }
  }

  /** A job was cancelled somewhere: if its worker waits here, it is told. Does not block. */
  void cancelled(long job) {
    if (!waiting.isEmpty()) {
      Thread.ofVirtual().name("tell-" + job).start(() -> tell(job));
    }
  }

  /** If this fails, the worker learns of it with its next beat. */
  private void tell(long job) {
    try {
      database
          .first(OWNER, row -> row.getLong(1), job)
          .map(waiting::get)
          .ifPresent(Semaphore::release);
    } catch (StoreFailure e) {
      log.info("the worker of job {} could not be told at once: {}", job, e.getMessage());
    }
  }
}
