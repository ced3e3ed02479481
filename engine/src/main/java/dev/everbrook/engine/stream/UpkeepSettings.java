package dev.everbrook.engine.stream;

import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of streams after their end.
 *
 * @param packAfter how long after its end a stream is packed; at least 0
 * @param keep how long after its end a stream is removed; nothing to keep all for ever
 */
public record UpkeepSettings(Duration packAfter, Optional<Duration> keep) {

  /** Packed after 10 s, kept for ever. */
  public static final UpkeepSettings DEFAULT =
      new UpkeepSettings(Duration.ofSeconds(10), Optional.empty());

  public UpkeepSettings {
    if (packAfter.isNegative()) {
      throw new IllegalArgumentException("packAfter must be at least 0, was " + packAfter);
    }
    if (keep.isPresent() && !keep.get().isPositive()) {
      throw new IllegalArgumentException("keep must be longer than 0, was " + keep.get());
    }
  }

  public UpkeepSettings keeping(Optional<Duration> other) {
    return new UpkeepSettings(packAfter, other);
  }
}
