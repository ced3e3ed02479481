package dev.everbrook.engine.channel;

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
   * For this long since somebody last began to read it, or appended to it; a read that lasts does
   * not prolong it while it lasts. A use that follows another within a tenth of it, 30 s at most,
   * is not noted: by so much less the channel may live.
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
   * Until then, whatever happens; kept to the microsecond.
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
