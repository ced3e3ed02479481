package dev.everbrook.benchmark.report;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what has no signal of its own, by looking every millisecond. */
public final class Await {

  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private Await() {}

  /**
   * Waits until it has happened.
   *
   * @throws BenchFailure if it does not happen within this time
   */
  public static void that(String what, Duration most, BooleanSupplier happened)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - start > most.toNanos()) {
        throw new BenchFailure(what + ": not within " + most.toSeconds() + " s");
      }
      rest(LOOK_NANOS);
    }
  }

  /** Waits until this moment by {@link System#nanoTime}; not at all if it has passed. */
  public static void moment(long moment) throws InterruptedException {
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      rest(left);
    }
  }

  private static void rest(long nanos) throws InterruptedException {
    LockSupport.parkNanos(nanos);
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while waiting");
    }
  }
}
