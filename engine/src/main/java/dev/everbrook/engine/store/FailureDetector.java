package dev.everbrook.engine.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One node's observations of the other incarnations, and the time since the last beat of each. It
 * reads no clock of the database: a clock that jumps, forward or backward, makes no incarnation
 * look dead or alive.
 *
 * <p>A look proves the state of a row at the look's beginning, but counts a new version as first
 * seen at the look's end. So a slow look makes an observation younger, never older. Pure; used by
 * one thread.
 */
final class FailureDetector {

  /**
   * The current state of a row of {@code everbrook.node}.
   *
   * @param version changes with every beat
   * @param lease how long it may go without a beat
   * @param byLease whether it holds no connection's lock, which would become free at its death
   */
  record Incarnation(long id, String name, long version, Duration lease, boolean byLease) {}

  /**
   * Incarnations without a beat for too long.
   *
   * @param lapsed dead, since their lease ran out under observation
   * @param silent dead if the locks that their connections hold are free
   */
  record Suspects(List<Incarnation> lapsed, List<Incarnation> silent) {}

  private record Sighting(long version, long nanos) {}

  private final Duration silence;
  private Map<Long, Sighting> sightings = Map.of();

  /**
   * @param silence how long any incarnation may go without a beat
   */
  FailureDetector(Duration silence) {
    this.silence = silence;
  }

  /** The incarnations at the last look. */
  Set<Long> incarnations() {
    return sightings.keySet();
  }

  /**
   * Records all incarnations that a look found.
   *
   * @param began when the look began
   * @param ended when it had ended
   * @param calmSince the time since which all incarnations have been able to beat
   */
  Suspects look(List<Incarnation> found, long began, long ended, long calmSince) {
    Map<Long, Sighting> now = new HashMap<>();
    for (Incarnation incarnation : found) {
      Sighting before = sightings.get(incarnation.id());
      now.put(
          incarnation.id(),
          before != null && before.version() == incarnation.version()
              ? before
              : new Sighting(incarnation.version(), ended));
    }
    sightings = Map.copyOf(now);
    Map<Incarnation, Long> still =
        found.stream().collect(Collectors.toMap(it -> it, it -> still(it, began, calmSince)));
    return new Suspects(
        found.stream().filter(it -> still.getOrDefault(it, 0L) >= patience(it)).toList(),
        found.stream()
            .filter(it -> !it.byLease() && still.getOrDefault(it, 0L) >= silence.toNanos())
            .toList());
  }

  private long still(Incarnation incarnation, long began, long calmSince) {
    Sighting first =
        sightings.getOrDefault(incarnation.id(), new Sighting(incarnation.version(), began));
    return Math.min(began - first.nanos(), began - calmSince);
  }

  private long patience(Incarnation incarnation) {
    return Math.max(incarnation.lease().toNanos(), silence.toNanos());
  }
}
