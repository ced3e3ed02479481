package dev.everbrook.engine.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one node has seen of the other lives, and for how long each has not stirred. It reads no
 * clock of the database: a clock that jumps, forward or backward, makes no life look dead or alive.
 *
 * <p>A look tells that a row was as it is when the look began, and is remembered as first seen when
 * the look had ended; so a look that takes long makes a life seem younger, never older. Pure; for
 * one thread.
 */
final class Vigil {

  /**
   * A row of {@code everbrook.node} as it stands.
   *
   * @param version another after every beat
   * @param lease how long it may say nothing
   * @param byLease whether it has no connection whose lock would be free when it dies
   */
  record Life(long id, String name, long version, Duration lease, boolean byLease) {}

  /**
   * Lives that have not stirred for long enough.
   *
   * @param lapsed dead, since their lease ran out while they were watched
   * @param silent dead if the locks that their connections hold are free
   */
  record Suspects(List<Life> lapsed, List<Life> silent) {}

  private record Sighting(long version, long nanos) {}

  private final Duration silence;
  private Map<Long, Sighting> sightings = Map.of();

  /**
   * @param silence how long any life may say nothing
   */
  Vigil(Duration silence) {
    this.silence = silence;
  }

  /** The lives there were at the last look. */
  Set<Long> lives() {
    return sightings.keySet();
  }

  /**
   * Takes note of all lives as a look found them.
   *
   * @param began when the look began
   * @param ended when it had ended
   * @param calmSince since when all lives could have beaten
   */
  Suspects look(List<Life> found, long began, long ended, long calmSince) {
    Map<Long, Sighting> now = new HashMap<>();
    for (Life life : found) {
      Sighting before = sightings.get(life.id());
      now.put(
          life.id(),
          before != null && before.version() == life.version()
              ? before
              : new Sighting(life.version(), ended));
    }
    sightings = Map.copyOf(now);
    Map<Life, Long> still =
        found.stream().collect(Collectors.toMap(it -> it, it -> still(it, began, calmSince)));
    return new Suspects(
        found.stream().filter(it -> still.getOrDefault(it, 0L) >= patience(it)).toList(),
        found.stream()
            .filter(it -> !it.byLease() && still.getOrDefault(it, 0L) >= silence.toNanos())
            .toList());
  }

  private long still(Life life, long began, long calmSince) {
    Sighting first = sightings.getOrDefault(life.id(), new Sighting(life.version(), began));
    return Math.min(began - first.nanos(), began - calmSince);
  }

  private long patience(Life life) {
    return Math.max(life.lease().toNanos(), silence.toNanos());
  }
}
