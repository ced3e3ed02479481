package dev.everbrook.benchmark.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * CPU times at one moment.
 *
 * @param measured of the processes that are measured, with their children, in the order asked for
 * @param own of this process, which makes the load
 * @param at by {@link System#nanoTime}
 */
public record CpuTimes(List<Duration> measured, Duration own, Duration machine, long at) {

  private static final double NANOS_PER_SECOND = 1e9;

  public CpuTimes {
    measured = List.copyOf(measured);
  }

  /**
   * What was used between two moments.
   *
   * @param othersCores how many cores something else kept busy all the while
   */
  public record Spent(List<Duration> measured, double othersCores) {

    public Duration sum() {
      return measured.stream().reduce(Duration.ZERO, Duration::plus);
    }
  }

  public static CpuTimes now(List<Long> processes) {
    return new CpuTimes(
        processes.stream().map(it -> ProcessCpu.family(it).orElse(Duration.ZERO)).toList(),
        ProcessCpu.own(),
        ProcessCpu.machine().orElse(Duration.ZERO),
        System.nanoTime());
  }

  public Spent until(CpuTimes later) {
    List<Duration> spent = new ArrayList<>();
    for (int i = 0; i < measured.size(); i++) {
      spent.add(later.measured.get(i).minus(measured.get(i)));
    }
    Duration known = new Spent(spent, 0).sum().plus(later.own).minus(own);
    Duration others = later.machine.minus(machine).minus(known);
    double seconds = (later.at - at) / NANOS_PER_SECOND;
    return new Spent(spent, Math.max(0, others.toNanos() / NANOS_PER_SECOND / seconds));
  }
}
