package dev.everbrook.benchmark.fanout;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One system at one load.
 *
 * @param wanted deliveries per second: tokens, each for each of its readers
 */
public record FanoutRow(
    String load,
    String system,
    int wanted,
    Delivered delivered,
    Optional<Appended> appended,
    Optional<Idle> idle,
    Cost cost) {

  /**
   * What reached the readers. Times in ms.
   *
   * @param gaps events that a reader never got, though they stand
   * @param repeated events that a reader got twice or out of order
   */
  record Delivered(double perSecond, double p50Ms, double p99Ms, long gaps, long repeated) {

    boolean isExact() {
      return gaps == 0 && repeated == 0;
    }
  }

  /**
   * What the bench appended itself. Times in ms.
   *
   * @param refused how many got another answer than a 2xx, or none
   * @param lateP99Ms from the moment in the timetable until it was sent
   */
  record Appended(
      double perSecond, long refused, double ackP50Ms, double ackP99Ms, double lateP99Ms) {}

  /**
   * Bytes for each reader of a stream in which nothing happens.
   *
   * @param heap alive in a JVM's heap
   * @param resident by which the process grew
   */
  record Idle(OptionalDouble heap, double resident) {}

  /**
   * CPU seconds for a million deliveries.
   *
   * @param othersCores how many cores something else kept busy meanwhile
   */
  record Cost(double server, OptionalDouble postgres, double othersCores) {

    double cpu() {
      return server + postgres.orElse(0);
    }
  }
}
