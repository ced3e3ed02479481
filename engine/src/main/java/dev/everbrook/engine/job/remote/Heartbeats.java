package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beats of workers in other processes that wait on this node for requests to stop jobs. Safe
 * for use by many threads.
 */
public final class Heartbeats {

  private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

  /** The interval in which a waiting beat checks whether its client is still connected. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final String OWNERS =
      "SELECT DISTINCT owner FROM everbrook.job WHERE id = ANY (?) AND state = 'running'";

  private final Database database;
  private final Map<Long, Semaphore> waiting = new ConcurrentHashMap<>();

  public Heartbeats(Database database) {
    this.database = database;
  }

  /**
   * Takes a place: no cancellation from now on is missed. Of two beats of a worker, the later
   * waits.
   */
  public Semaphore enter(long node) {
    Semaphore called = new Semaphore(0);
    waiting.put(node, called);
    return called;
  }

  public void leave(long node, Semaphore called) {
    waiting.remove(node, called);
  }

  /** Waits until a call, at most for this time, and no longer than the client is connected. */
  public static void await(Semaphore called, Duration most, BooleanSupplier gone)
      throws InterruptedException {
    for (Duration left = most; left.isPositive() && !gone.getAsBoolean(); left = left.minus(LOOK)) {
      Duration next = left.compareTo(LOOK) < 0 ? left : LOOK;
      if (called.tryAcquire(next.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    }
  }

  /** Tells the workers that wait here of cancelled jobs that they hold. Does not block. */
  public void cancelled(long... jobs) {
    if (!waiting.isEmpty() && jobs.length > 0) {
      Thread.ofVirtual().name("tell-" + jobs[0]).start(() -> tell(jobs));
    }
  }

  /** If this fails, the worker learns of it with its next beat. */
  private void tell(long... jobs) {
    try {
      database.list(OWNERS, row -> row.getLong(1), (Object) jobs).stream()
          .map(waiting::get)
          .filter(Objects::nonNull)
          .forEach(Semaphore::release);
    } catch (StoreFailure e) {
      log.info("the worker of job {} could not be told at once: {}", jobs[0], e.getMessage());
    }
  }
}
