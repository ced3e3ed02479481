package dev.everbrook.engine.world;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * The sources of nondeterminism: the clocks, chance, new ids, and loops.
 *
 * <p>Safe for use by many threads. The database's clock decides order and leases between nodes,
 * never the clock of this interface.
 */
public interface World {

  /** The machine's world. */
  static World real() {
    return RealWorld.INSTANCE;
  }

  /** The time of day. */
  Instant now();

  /** A clock that never goes backwards, in nanoseconds from an arbitrary start. */
  long nanos();

  /** A number from 0 (inclusive) to 1 (exclusive). */
  double chance();

  /** A new 128-bit id: ordered by time to the millisecond, with 74 bits that cannot be guessed. */
  UUID id();

  /** Does nothing for this long. */
  void rest(Duration time) throws InterruptedException;

  /** Starts repeating {@code step} at once, as {@link Loop#start(String, Loop.Step)}. */
  default Loop loop(String name, Loop.Step step) {
    return Loop.start(name, step);
  }
}
