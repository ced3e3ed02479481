package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.CpuTimes;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Machine;
import dev.everbrook.benchmark.report.Report;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ./bench relay}: the same completions from the same provider, directly, through the peer,
 * and through Everbrook, in turns; each reader sees every token or the bench fails.
 */
public final class RelayBench {

  private static final int TOKENS = 100;
  private static final int PACE_MICROS = 20_000;
  private static final int UNPACED_TOKENS = 500;
  private static final int WARM_UP_ANSWERS = 200;
  private static final int WARM_UP_ROUNDS = 6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final BenchPostgres postgres;
  private final PrintStream progress;

  public RelayBench(BenchPostgres postgres, PrintStream progress) {
    this.postgres = postgres;
    this.progress = progress;
  }

  public Report<RelayRow> run(RelayPlan plan) throws InterruptedException {
    Map<String, String> facts = Machine.facts();
    facts.putAll(postgres.facts());
    facts.put("peer", "@portkey-ai/gateway 1.15.2, as its lock file in this repository says");
    facts.put(
        "load",
        plan.rounds()
            + " answers a client, begun evenly spread; "
            + TOKENS
            + " tokens, 20 ms apart");
    facts.put("a commit", postgres.commit());
    List<RelayRow> rows = new ArrayList<>();
    try (PacedProvider provider = PacedProvider.start();
        Gateway direct = Gateway.none(provider.base());
        Gateway portkey = Gateway.portkey(provider.base());
        Gateway everbrook = Gateway.everbrook(postgres, provider.base())) {
      List<Gateway> ways = List.of(direct, portkey, everbrook);
      for (Gateway way : ways) {
        progress.println(way.name() + ", warming up");
        ask(way, WARM_UP_ANSWERS, WARM_UP_ROUNDS, PacedProvider.model(TOKENS, 0), Duration.ZERO);
        ask( // a compiler that still works on what comes one by one would be measured as ours
            way,
            WARM_UP_ANSWERS,
            WARM_UP_ROUNDS,
            PacedProvider.model(TOKENS, PACE_MICROS),
            Duration.ZERO);
      }
      for (int answers : plan.answers()) {
        for (Gateway way : ways) {
          rows.add(measure(way, answers, plan.rounds()));
        }
      }
    }
    return new Report<>("relay", facts, rows, RelayGoals.of(rows));
  }

  private RelayRow measure(Gateway way, int answers, int rounds) throws InterruptedException {
    progress.printf("%s, %,d at once%n", way.name(), answers);
    postgres.checkpoint();
    Duration spread = Duration.ofNanos(1_000L * PACE_MICROS * TOKENS);
    // One answer at a time would be few: as many as make the figures steady.
    int more = answers == 1 ? rounds * 3 : rounds;
    CpuTimes before = CpuTimes.now(processes(way));
    Taken paced = ask(way, answers, more, PacedProvider.model(TOKENS, PACE_MICROS), spread);
    CpuTimes.Spent spent = before.until(CpuTimes.now(processes(way)));
    Taken unpaced = ask(way, answers, more, PacedProvider.model(UNPACED_TOKENS, 0), Duration.ZERO);
    return new RelayRow(
        answers,
        way.name(),
        paced.first().ms(0.5),
        paced.first().ms(0.99),
        paced.chunks().ms(0.5),
        paced.chunks().ms(0.95),
        paced.chunks().ms(0.99),
        unpaced.tokens() / (unpaced.nanos() / NANOS_PER_SECOND),
        spent.sum().toNanos() / 1_000.0 / paced.tokens(),
        spent.othersCores());
  }

  private record Taken(Latencies first, Latencies chunks, long tokens, long nanos) {}

  /**
   * Clients at once, each asking for one answer after the other.
   *
   * @param spread over which they begin, so that they do not all begin at once
   */
  private static Taken ask(Gateway way, int answers, int rounds, String model, Duration spread)
      throws InterruptedException {
    Latencies first = new Latencies();
    Latencies chunks = new Latencies();
    AtomicLong tokens = new AtomicLong();
    long start = System.nanoTime();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < answers; i++) {
        long begin = start + spread.toNanos() * i / answers;
        all.add(
            clients.submit(() -> {
              LockSupport.parkNanos(begin - System.nanoTime());
              for (int round = 0; round < rounds; round++) {
                StreamedCompletion.Seen seen =
                    StreamedCompletion.read(way.base(), way.headers(), model, chunks);
                first.record(seen.firstNanos());
                tokens.addAndGet(seen.tokens());
              }
            }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    } catch (ExecutionException e) {
      throw new BenchFailure("a client of " + way.name() + " failed: " + e.getCause(), e);
    }
    long expected = (long) answers * rounds * Integer.parseInt(model.split("-", -1)[1]);
    if (tokens.get() != expected) {
      throw new BenchFailure(way.name() + " delivered " + tokens.get() + " tokens of " + expected);
    }
    return new Taken(first, chunks, tokens.get(), System.nanoTime() - start);
  }

  private List<Long> processes(Gateway way) {
    List<Long> processes = new ArrayList<>();
    way.process().ifPresent(it -> processes.add(it.pid()));
    if (way.name().equals("everbrook")) {
      processes.add(postgres.pid());
    }
    return processes;
  }
}
