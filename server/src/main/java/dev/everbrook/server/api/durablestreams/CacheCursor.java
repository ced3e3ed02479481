package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.world.World;
import java.time.Instant;
import java.util.Optional;

/**
 * The cursor of live replies for caches: the number of the current interval of twenty seconds, and
 * always greater than the client's last cursor, so that no cache repeats the same reply for ever.
 */
final class CacheCursor {

  private static final Instant EPOCH = Instant.parse("2024-10-09T00:00:00Z");
  private static final long STRETCH_S = 20;
  private static final double JITTER_S = 3_600;
  private static final int DIGITS_MAX = 15;

  private CacheCursor() {}

  /** The cursor for a client whose previous cursor was {@code last}; an invalid text is ignored. */
  static long after(Optional<String> last, World world) {
    long now = now(world);
    long had = last.filter(CacheCursor::isCursor).map(Long::parseLong).orElse(-1L);
    if (had < now) {
      return now;
    }
    return had + 1 + (long) (world.chance() * JITTER_S / STRETCH_S);
  }

  static long now(World world) {
    return (world.now().getEpochSecond() - EPOCH.getEpochSecond()) / STRETCH_S;
  }

  private static boolean isCursor(String text) {
    return !text.isEmpty()
        && text.length() <= DIGITS_MAX
        && text.chars().allMatch(it -> it >= '0' && it <= '9');
  }
}
