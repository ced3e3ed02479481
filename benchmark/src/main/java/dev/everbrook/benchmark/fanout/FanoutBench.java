package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.fanout.StreamServer.Memory;
import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.CpuTimes;
import dev.everbrook.benchmark.report.FileLimit;
import dev.everbrook.benchmark.report.Machine;
import dev.everbrook.benchmark.report.Report;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code ./bench fanout}: few streams with many readers each, and many streams that are appended to
 * with a reader each. Every reader checks every number that it is given.
 */
public final class FanoutBench {

  /** Which have readers by the dozen. */
  static final int STREAMS = 50;

  static final int PER_SECOND = 50;
  static final String FAN_OUT = "fan-out";
  static final String APPENDS = "appends";

  private static final int SILENT_STREAMS = 4;
  private static final int APPENDED_STREAMS = 200;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration COOL_DOWN = Duration.ofSeconds(1);
  private static final Duration SETTLE_MAX = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private static final int FIRST_IDLE = 100;
  private static final double MILLION = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final BenchPostgres postgres;
  private final PrintStream progress;

  public FanoutBench(BenchPostgres postgres, PrintStream progress) {
    this.postgres = postgres;
    this.progress = progress;
  }

  /** How many streams are written to, and how many read them, or read nothing. */
  private record Load(String name, int streams, int readers, int idle) {

    int wanted() {
      return readers * PER_SECOND;
    }
  }

  public Report<FanoutRow> run(FanoutPlan plan) throws InterruptedException {
    FileLimit.demand(plan.readers() + plan.idle());
    Map<String, String> facts = Machine.facts();
    facts.putAll(postgres.facts());
    facts.put("peer", "@durable-streams/server 0.3.7, as its lock file in this repository says");
    facts.put(
        "load",
        plan.length().toSeconds()
            + " s after "
            + WARM_UP.toSeconds()
            + " s to warm up; fan-out: "
            + STREAMS
            + " streams, "
            + plan.readers()
            + " readers and "
            + plan.idle()
            + " idle ones; appends: "
            + APPENDED_STREAMS
            + " streams, a reader each; "
            + PER_SECOND
            + " tokens/s a stream");
    Load fanOut = new Load(FAN_OUT, STREAMS, plan.readers(), plan.idle());
    Load appends = new Load(APPENDS, APPENDED_STREAMS, APPENDED_STREAMS, 0);
    List<RowOf> rows =
        List.of(
            () -> row(AnswerFan.start(postgres), fanOut, plan.length()),
            () -> row(AppendFan.referenceInMemory(), fanOut, plan.length()),
            () -> row(AppendFan.everbrook(postgres), appends, plan.length()),
            () -> row(AppendFan.referenceInFiles(), appends, plan.length()));
    List<FanoutRow> measured = new ArrayList<>();
    for (RowOf row : rows) {
      measured.add(row.measure());
    }
    return new Report<>("fanout", facts, measured, FanoutGoals.of(measured));
  }

  @FunctionalInterface
  private interface RowOf {
    FanoutRow measure() throws InterruptedException;
  }

  private FanoutRow row(Fan fan, Load load, Duration length) throws InterruptedException {
    progress.printf("%s, %s%n", load.name(), fan.server().name());
    try (fan;
        SseReaders idle = new SseReaders("bench-idle", fan.server().base());
        SseReaders readers = new SseReaders("bench-readers", fan.server().base())) {
      Optional<FanoutRow.Idle> weight = idle(fan, idle, load.idle());
      postgres.checkpoint();
      FanoutRow row = measure(fan, load, length, readers, weight);
      if (idle.cut() > 0) {
        throw new BenchFailure(fan.server().name() + " hung up on " + idle.cut() + " idle readers");
      }
      return row;
    }
  }

  /** The first of them let the server load what it needs for any. */
  private static Optional<FanoutRow.Idle> idle(Fan fan, SseReaders idle, int number)
      throws InterruptedException {
    if (number == 0) {
      return Optional.empty();
    }
    List<String> silent = fan.silent(SILENT_STREAMS);
    idle.open(silent, FIRST_IDLE);
    Memory before = fan.server().memory();
    idle.open(silent, number - FIRST_IDLE);
    return Optional.of(fan.server().memory().since(before, number - FIRST_IDLE));
  }

  private FanoutRow measure(
      Fan fan, Load load, Duration length, SseReaders readers, Optional<FanoutRow.Idle> weight)
      throws InterruptedException {
    Duration all = WARM_UP.plus(length).plus(COOL_DOWN);
    readers.open(fan.make(load.streams(), PER_SECOND, all), load.readers());
    Window window = Window.of(System.nanoTime() + WARM_UP.toNanos(), length);
    readers.measure(window);
    fan.begin(window);
    List<Long> processes = fan.server().processes();
    Await.moment(window.from());
    CpuTimes before = CpuTimes.now(processes);
    long tokensBefore = readers.tokens();
    Await.moment(window.to());
    CpuTimes after = CpuTimes.now(processes);
    long tokens = readers.tokens() - tokensBefore;
    readers.check();
    List<BitSet> expected = fan.finish();
    settle(readers, expected, load);
    double seconds = (after.at() - before.at()) / NANOS_PER_SECOND;
    return new FanoutRow(
        load.name(),
        fan.server().name(),
        load.wanted(),
        new FanoutRow.Delivered(
            tokens / seconds,
            readers.latencies().ms(0.5),
            readers.latencies().ms(0.99),
            readers.missing(expected),
            readers.repeated()),
        fan.appended(),
        weight,
        cost(before.until(after), tokens));
  }

  /** What has not come by then is a gap. */
  private static void settle(SseReaders readers, List<BitSet> expected, Load load)
      throws InterruptedException {
    long events = 0;
    for (int i = 0; i < load.readers(); i++) {
      events += expected.get(i % load.streams()).cardinality();
    }
    long end = System.nanoTime() + SETTLE_MAX.toNanos();
    while (readers.events() < events && System.nanoTime() - end < 0) {
      Await.moment(System.nanoTime() + LOOK_NANOS);
    }
    readers.check();
  }

  private static FanoutRow.Cost cost(CpuTimes.Spent spent, long tokens) {
    List<Double> perMillion =
        spent.measured().stream()
            .map(it -> it.toNanos() / NANOS_PER_SECOND / Math.max(1, tokens) * MILLION)
            .toList();
    return new FanoutRow.Cost(
        perMillion.getFirst(),
        perMillion.size() > 1 ? OptionalDouble.of(perMillion.getLast()) : OptionalDouble.empty(),
        spent.othersCores());
  }
}
