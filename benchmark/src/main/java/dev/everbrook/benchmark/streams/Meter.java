package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.ProcessCpu;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a run costs, from {@link #start} on. */
final class Meter {

  private static final double MILLION = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final BenchPostgres postgres;
  private final long walBytes;
  private final Optional<Duration> postgresCpu;
  private final Duration ownCpu;
  private final Optional<Duration> machineCpu;
  private final long since;

  private Meter(BenchPostgres postgres) {
    this.postgres = postgres;
    this.walBytes = postgres.walBytes();
    this.postgresCpu = ProcessCpu.family(postgres.pid());
    this.ownCpu = ProcessCpu.own();
    this.machineCpu = ProcessCpu.machine();
    this.since = System.nanoTime();
  }

  static Meter start(BenchPostgres postgres) {
    return new Meter(postgres);
  }

  /**
   * Costs per token; CPU in seconds per million.
   *
   * @param othersCores how many cores were busy with something else all the while
   */
  record Cost(
      double walBytes, OptionalDouble postgresCpu, double ownCpu, OptionalDouble othersCores) {}

  /** What has been spent since the start, for so many tokens. */
  Cost per(long tokens) {
    double count = Math.max(1, tokens);
    Duration own = ProcessCpu.own().minus(ownCpu);
    Optional<Duration> family = spent(ProcessCpu.family(postgres.pid()), postgresCpu);
    Optional<Duration> all = spent(ProcessCpu.machine(), machineCpu);
    double seconds = (System.nanoTime() - since) / NANOS_PER_SECOND;
    OptionalDouble others =
        family.isPresent() && all.isPresent()
            ? OptionalDouble.of(
                Math.max(0, seconds(all.get().minus(family.get()).minus(own)) / seconds))
            : OptionalDouble.empty();
    return new Cost(
        (postgres.walBytes() - walBytes) / count,
        family.isPresent()
            ? OptionalDouble.of(perMillion(family.get(), count))
            : OptionalDouble.empty(),
        perMillion(own, count),
        others);
  }

  private static Optional<Duration> spent(Optional<Duration> now, Optional<Duration> before) {
    return now.flatMap(it -> before.map(it::minus));
  }

  private static double perMillion(Duration cpu, double tokens) {
    return seconds(cpu) / tokens * MILLION;
  }

  private static double seconds(Duration time) {
    return time.toNanos() / NANOS_PER_SECOND;
  }
}
