package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beats of workers in other processes that wait on this node to be told to stop something. Safe
 * for use by many threads.
 */
final class Beats {

  private static final Logger log = LoggerFactory.getLogger(Beats.class);

  /** How often one who waits looks whether anybody still waits for the answer. */
  private static final Duration LOOK = Duration.ofSeconds(1);

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

  /** Waits until called, or for so long, or until nobody waits for the answer any more. */
  static void await(Semaphore called, Duration most, BooleanSupplier gone)
      throws InterruptedException {
    for (Duration left = most; left.isPositive() && !gone.getAsBoolean(); left = left.minus(LOOK)) {
      Duration next = left.compareTo(LOOK) < 0 ? left : LOOK;
      if (called.tryAcquire(next.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
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
