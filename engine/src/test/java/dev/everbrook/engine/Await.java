package dev.everbrook.engine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what has no signal, by asking again and again with a short rest between, since other
 * tests need the processors too.
 */
public final class Await {

  private static final Duration REST = Duration.ofMillis(4);

  /** For a busy machine; a test that is right waits far less. */
  private static final Duration MOST = Duration.ofSeconds(60);

  private Await() {}

  /** Returns as soon as the condition holds, and fails after a minute. */
  public static void until(String what, BooleanSupplier holds) {
    until(what, MOST, holds);
  }

  /** Returns as soon as the condition holds, and fails after {@code most}. */
  public static void until(String what, Duration most, BooleanSupplier holds) {
    long start = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - start > most.toNanos()) {
        throw new AssertionError(what + " did not come within " + most);
      }
      rest();
    }
  }

  /** A rest between two looks. */
  public static void rest() {
    LockSupport.parkNanos(REST.toNanos());
  }
}
