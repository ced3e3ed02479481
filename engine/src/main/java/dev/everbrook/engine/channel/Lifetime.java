package dev.everbrook.engine.channel;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The lifetime of a channel. An expired channel cannot be found, and is removed soon. */
public sealed interface Lifetime {

  /** Until it is deleted. */
  Lifetime FOREVER = new Forever();

  /** Until it is deleted. */
  record Forever() implements Lifetime {}

  /**
   * Until this time has passed since the last append or the last beginning of a read. A long read
   * does not prolong it further. A use within a tenth of this time (at most 30 s) after a noted one
   * is not noted, so the channel may live shorter by that much.
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

  /**
   * Until a fixed time, independent of use; kept to the microsecond.
   *
   * @param then {@link #FIRST} to {@link #LAST}
   */
  record Until(Instant then) implements Lifetime {

    public static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    /** The last year of four digits. */
    public static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    public Until {
      then = then.truncatedTo(ChronoUnit.MICROS);
      if (then.isBefore(FIRST) || then.isAfter(LAST)) {
        throw new IllegalArgumentException(
            "a channel may live until the year 0 to 9999, not until " + then);
      }
    }
  }
}
