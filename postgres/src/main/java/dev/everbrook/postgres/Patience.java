package dev.everbrook.postgres;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Bounded polling: short rests until a deadline, ended early by a latch. Files and foreign
 * processes send no signal to wait for. Immutable.
 */
final class Patience {
  private static final long REST_MS = 20;

  private final long endNanos;
  private final CountDownLatch stop;

  private Patience(long endNanos, CountDownLatch stop) {
    this.endNanos = endNanos;
    this.stop = stop;
  }

  static Patience of(Duration max, CountDownLatch stop) {
    return new Patience(System.nanoTime() + max.toNanos(), stop);
  }

  static Patience of(Duration max) {
    return of(max, new CountDownLatch(1));
  }

  /** Whether the time is up or the latch is down. */
  boolean over() {
    return stopped() || left().isNegative();
  }

  boolean stopped() {
    return stop.getCount() == 0;
  }

  Duration left() {
    return Duration.ofNanos(endNanos - System.nanoTime());
  }

  /** Rests 20 ms, or less if the latch goes down. */
  void rest() throws InterruptedException {
    boolean _ = stop.await(REST_MS, TimeUnit.MILLISECONDS);
  }
}
