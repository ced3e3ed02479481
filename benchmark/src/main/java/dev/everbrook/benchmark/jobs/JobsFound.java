package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Latencies;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What was measured of one system in all rounds; rates in jobs a second. Used by one thread.
 *
 * @param cpuMicros of all its processes, per job that was run
 * @param othersCores in each round
 */
public record JobsFound(
    JobPeer peer,
    List<Double> enqueue,
    List<Double> coalesced,
    List<Double> bulk,
    List<Double> process,
    List<Double> cpuMicros,
    Latencies near,
    Latencies far,
    List<Double> othersCores) {

  public JobsFound(JobPeer peer) {
    this(
        peer,
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new Latencies(),
        new Latencies(),
        new ArrayList<>());
  }

  /**
   * @param jobs that were asked for
   */
  JobsRow row(int jobs) {
    return new JobsRow(
        peer.label(),
        peer.share(jobs),
        median(enqueue),
        median(coalesced),
        median(bulk),
        median(process),
        median(cpuMicros),
        ms(near, 0.5),
        ms(near, 0.99),
        ms(far, 0.5),
        ms(far, 0.99),
        othersCores.stream().mapToDouble(it -> it).max());
  }

  private static OptionalDouble ms(Latencies latencies, double share) {
    return latencies.count() == 0 ? OptionalDouble.empty() : OptionalDouble.of(latencies.ms(share));
  }

  /** The middle one; of an even number the lower of the two. */
  static OptionalDouble median(List<Double> numbers) {
    return numbers.stream()
        .mapToDouble(it -> it)
        .sorted()
        .skip(Math.max(0, numbers.size() - 1) / 2)
        .findFirst();
  }
}
