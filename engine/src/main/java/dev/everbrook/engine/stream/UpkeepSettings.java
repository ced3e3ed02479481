package dev.everbrook.engine.stream;

import java.time.Duration;
import java.util.Optional;

/**
 * The treatment of streams after their end.
 *
 * @param packAfter the delay between a stream's end and its packing; at least 0
 * @param keep the delay between a stream's end and its removal; empty to keep all streams for ever
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

  /** The same settings with this {@link #keep}. */
  public UpkeepSettings keeping(Optional<Duration> other) {
    return new UpkeepSettings(packAfter, other);
  }
}
