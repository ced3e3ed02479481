package dev.everbrook.model;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends what takes too long: one thread for all calls of a model, which only ever closes things.
 * Safe for many threads. The one place of this room that reads the clock.
 */
final class Watchdog implements AutoCloseable {

  private final ScheduledThreadPoolExecutor timer;
  private final long origin = System.nanoTime();

  Watchdog() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("everbrook-model-watchdog").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Watches over one call; {@code over} runs on the watchdog's thread and must not block. */
  Watch watch(Duration total, Runnable over) {
    return new Watch(this, total, over);
  }

  /** Nanoseconds since this watchdog was made; unlike the raw clock they can be compared with <. */
  long now() {
    return System.nanoTime() - origin;
  }

  Alarm at(long nanos, Runnable task) {
    var scheduled = timer.schedule(task, Math.max(0, nanos - now()), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** Something scheduled that can be called off. */
  interface Alarm {
    void callOff();
  }
}
