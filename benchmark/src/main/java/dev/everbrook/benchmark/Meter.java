package dev.everbrook.benchmark;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a run costs, from {@link #start} on. */
final class Meter {

  private static final double MILLION = 1e6;

  private final BenchPostgres postgres;
  private final long walBytes;
  private final Optional<Duration> postgresCpu;
  private final Duration ownCpu;

  private Meter(BenchPostgres postgres) {
    this.postgres = postgres;
    this.walBytes = postgres.walBytes();
    this.postgresCpu = ProcessCpu.family(postgres.pid());
    this.ownCpu = ProcessCpu.own();
  }

  static Meter start(BenchPostgres postgres) {
    return new Meter(postgres);
  }

  /** Costs per token; CPU in seconds per million. */
  record Cost(double walBytes, OptionalDouble postgresCpu, double ownCpu) {}

  /** What has been spent since the start, for so many tokens. */
  Cost per(long tokens) {
    double count = Math.max(1, tokens);
    Optional<Duration> cpu = ProcessCpu.family(postgres.pid());
    OptionalDouble spent =
        cpu.isPresent() && postgresCpu.isPresent()
            ? OptionalDouble.of(perMillion(cpu.get().minus(postgresCpu.get()), count))
            : OptionalDouble.empty();
    double own = perMillion(ProcessCpu.own().minus(ownCpu), count);
    return new Cost((postgres.walBytes() - walBytes) / count, spent, own);
  }

  private static double perMillion(Duration cpu, double tokens) {
    return cpu.toNanos() / 1e9 / tokens * MILLION;
  }
}
