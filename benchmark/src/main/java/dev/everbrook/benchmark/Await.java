package dev.everbrook.benchmark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what has no signal of its own, by looking every millisecond. */
final class Await {

  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private Await() {}

  /**
   * @throws BenchFailure if it does not happen within this time
   */
  static void that(String what, Duration most, BooleanSupplier happened)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - start > most.toNanos()) {
        throw new BenchFailure(what + ": not within " + most.toSeconds() + " s");
      }
      LockSupport.parkNanos(LOOK_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting: " + what);
      }
    }
  }
}
