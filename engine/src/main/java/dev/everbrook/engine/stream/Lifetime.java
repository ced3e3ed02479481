package dev.everbrook.engine.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How long a channel lives. One that has expired is not found by anyone, and is removed soon. */
public sealed interface Lifetime {

  /** Until it is deleted. */
  Lifetime FOREVER = new Forever();

  /** Until it is deleted. */
  record Forever() implements Lifetime {}

  /**
   * For this long since it was last read or appended to. A use that follows another within a tenth
   * of it, 30 s at most, is not noted: by so much less the channel may live.
   *
   * @param unused whole seconds, at most {@link #SECONDS_MAX}
   */
  record Sliding(Duration unused) implements Lifetime {

    /** A hundred years. */
    public static final long SECONDS_MAX = 3_153_600_000L;

    public Sliding {
      if (unused.isNegative() || unused.getNano() != 0 || unused.getSeconds() > SECONDS_MAX) {
        throw new IllegalArgumentException(
            "a time to live must be 0 to " + SECONDS_MAX + " whole seconds, was " + unused);
      }
    }
  }

  /** Until then, whatever happens; kept to the microsecond. */
  record Until(Instant then) implements Lifetime {
    public Until {
      then = then.truncatedTo(ChronoUnit.MICROS);
    }
  }
}
