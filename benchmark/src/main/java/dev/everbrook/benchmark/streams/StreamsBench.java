package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Machine;
import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.postgres.Access;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code ./bench streams}: the same tokens by the same timetable into Everbrook and into the naive
 * way, in turns, on one PostgreSQL; each run on a fresh database and after a checkpoint.
 */
public final class StreamsBench {

  static final int TOKENS_PER_SECOND = 50;

  private static final int WARM_UP_STREAMS = 1_000;
  private static final Duration HEAD_START = Duration.ofMillis(50);

  private final BenchPostgres postgres;
  private final PrintStream progress;

  public StreamsBench(BenchPostgres postgres, PrintStream progress) {
    this.postgres = postgres;
    this.progress = progress;
  }

  /** The two systems. */
  private enum Way {
    EVERBROOK,
    NAIVE;

    Contender ready(Access access, int streams) throws InterruptedException {
      return switch (this) {
        case EVERBROOK -> new EverbrookStreams(access, streams);
        case NAIVE -> new NaiveStreams(access, streams);
      };
    }
  }

  public Report<StreamsRow> run(StreamsPlan plan) throws InterruptedException {
    Map<String, String> facts = Machine.facts();
    facts.putAll(postgres.facts());
    facts.put("load", describe(plan));
    int warm = Math.min(WARM_UP_STREAMS, plan.streams().stream().max(Integer::compare).orElse(1));
    measure(Way.EVERBROOK, warm, plan.warmUp());
    measure(Way.NAIVE, warm, plan.warmUp());
    List<StreamsRow> rows = new ArrayList<>();
    for (int i = 0; i < plan.streams().size(); i++) {
      rows.addAll(pair(plan.streams().get(i), plan.length(), i % 2 == 0));
    }
    return new Report<>("streams", facts, rows, StreamsGoals.of(rows));
  }

  private static String describe(StreamsPlan plan) {
    return TOKENS_PER_SECOND
        + " tokens/s a stream, runs of "
        + plan.length().toSeconds()
        + " s in turns, each after a checkpoint; before them "
        + plan.warmUp().toSeconds()
        + " s of each system to warm up, not counted";
  }

  /** Who goes first changes from pair to pair. */
  private List<StreamsRow> pair(int streams, Duration length, boolean everbrookFirst)
      throws InterruptedException {
    Optional<StreamsRow> first =
        everbrookFirst ? Optional.of(measure(Way.EVERBROOK, streams, length)) : Optional.empty();
    StreamsRow naive = measure(Way.NAIVE, streams, length);
    StreamsRow everbrook =
        first.isPresent() ? first.get() : measure(Way.EVERBROOK, streams, length);
    return List.of(everbrook.beside(naive), naive);
  }

  private StreamsRow measure(Way way, int streams, Duration length) throws InterruptedException {
    try (Contender contender = way.ready(postgres.fresh(), streams)) {
      progress.printf("%s, %,d streams, %d s%n", contender.name(), streams, length.toSeconds());
      postgres.checkpoint();
      Meter meter = Meter.start(postgres);
      Timetable timetable =
          new Timetable(
              streams, TOKENS_PER_SECOND, System.nanoTime() + HEAD_START.toNanos(), length);
      contender.begin(timetable);
      Pacer pacer = new Pacer(timetable);
      pacer.run(contender::arrive);
      long inTime = contender.durable();
      double seconds = (System.nanoTime() - timetable.start()) / 1e9;
      contender.settle();
      Meter.Cost cost = meter.per(contender.durable());
      contender.verify();
      return row(timetable, contender, pacer, cost, inTime, seconds);
    }
  }

  private static StreamsRow row(
      Timetable timetable,
      Contender contender,
      Pacer pacer,
      Meter.Cost cost,
      long inTime,
      double seconds) {
    return new StreamsRow(
        timetable.streams(),
        contender.name(),
        (double) timetable.streams() * timetable.perSecond(),
        inTime / seconds,
        contender.toDurable().ms(0.5),
        contender.toDurable().ms(0.99),
        contender.toDurable().maxMs(),
        contender.toReader().ms(0.5),
        contender.toReader().ms(0.99),
        cost.walBytes(),
        cost.postgresCpu(),
        cost.ownCpu(),
        timetable.tokens() - inTime - contender.lost(),
        contender.lost(),
        pacer.lateness().ms(0.99),
        cost.othersCores(),
        Optional.empty());
  }
}
