package dev.everbrook.benchmark;

import dev.everbrook.benchmark.fanout.FanoutBench;
import dev.everbrook.benchmark.fanout.FanoutPlan;
import dev.everbrook.benchmark.fanout.FanoutRow;
import dev.everbrook.benchmark.fanout.FanoutTable;
import dev.everbrook.benchmark.jobs.JobsBench;
import dev.everbrook.benchmark.jobs.JobsPlan;
import dev.everbrook.benchmark.jobs.JobsRow;
import dev.everbrook.benchmark.jobs.JobsTable;
import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.relay.RelayBench;
import dev.everbrook.benchmark.relay.RelayPlan;
import dev.everbrook.benchmark.relay.RelayRow;
import dev.everbrook.benchmark.relay.RelayTable;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Misuse;
import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.streams.StreamsBench;
import dev.everbrook.benchmark.streams.StreamsPlan;
import dev.everbrook.benchmark.streams.StreamsRow;
import dev.everbrook.benchmark.streams.StreamsTable;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.PostgresFailure;
import java.util.List;

/** What {@code ./bench} starts: runs the bench of the given name, or lists them. */
public final class Main {

  private static final int EXIT_FAILED = 1;
  private static final int EXIT_MISUSED = 2;

  private static final String NAMES =
      """
      usage: ./bench NAME [--quick] [--json FILE], ./bench NAME --help

        streams   tokens per second into durable streams and on to their readers,
                  beside updating a growing text with a notifying trigger
        relay     what a chat completion gains in latency on its way through Everbrook,
                  beside an npm gateway that keeps nothing
        fanout    1,000 readers and 10,000 idle ones, and 200 streams that are appended to,
                  beside the reference server of Durable Streams
        jobs      enqueueing, running and picking up jobs, beside BullMQ, graphile-worker,
                  pg-boss, db-scheduler, JobRunr and DBOS
      """;

  private Main() {}

  /** Exit status 2: the command line makes no sense; 1: the measurement failed. */
  public static void main(String[] args) throws InterruptedException {
    try {
      run(List.of(args));
    } catch (Misuse e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(EXIT_MISUSED);
    } catch (BenchFailure | PostgresFailure | StoreFailure e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(EXIT_FAILED);
    }
  }

  private static void run(List<String> args) throws InterruptedException {
    String name = args.isEmpty() ? "--help" : args.getFirst();
    List<String> flags = args.isEmpty() ? args : args.subList(1, args.size());
    switch (name) {
      case "--help", "-h", "help" -> System.out.print(NAMES);
      case "streams" -> streams(flags);
      case "relay" -> relay(flags);
      case "fanout" -> fanout(flags);
      case "jobs" -> jobs(flags);
      default ->
          throw new Misuse(
              "there is no bench '" + name + "'; the names are: streams, relay, fanout, jobs");
    }
  }

  private static void streams(List<String> flags) throws InterruptedException {
    if (flags.contains("--help") || flags.contains("-h")) {
      System.out.print(StreamsPlan.HELP);
      return;
    }
    StreamsPlan plan = StreamsPlan.of(flags);
    Report<StreamsRow> report;
    try (BenchPostgres postgres = BenchPostgres.start()) {
      report = new StreamsBench(postgres, System.err).run(plan);
    }
    plan.json().ifPresent(report::write);
    System.out.print(StreamsTable.of(report));
  }

  private static void relay(List<String> flags) throws InterruptedException {
    if (flags.contains("--help") || flags.contains("-h")) {
      System.out.print(RelayPlan.HELP);
      return;
    }
    RelayPlan plan = RelayPlan.of(flags);
    Report<RelayRow> report;
    try (BenchPostgres postgres = BenchPostgres.start()) {
      report = new RelayBench(postgres, System.err).run(plan);
    }
    plan.json().ifPresent(report::write);
    System.out.print(RelayTable.of(report));
  }

  private static void fanout(List<String> flags) throws InterruptedException {
    if (flags.contains("--help") || flags.contains("-h")) {
      System.out.print(FanoutPlan.HELP);
      return;
    }
    FanoutPlan plan = FanoutPlan.of(flags);
    Report<FanoutRow> report;
    try (BenchPostgres postgres = BenchPostgres.start()) {
      report = new FanoutBench(postgres, System.err).run(plan);
    }
    plan.json().ifPresent(report::write);
    System.out.print(FanoutTable.of(report));
  }

  private static void jobs(List<String> flags) throws InterruptedException {
    if (flags.contains("--help") || flags.contains("-h")) {
      System.out.print(JobsPlan.HELP);
      return;
    }
    JobsPlan plan = JobsPlan.of(flags);
    Report<JobsRow> report;
    try (BenchPostgres postgres = BenchPostgres.start()) {
      report = new JobsBench(postgres, System.err).run(plan);
    }
    plan.json().ifPresent(report::write);
    System.out.print(JobsTable.of(report));
  }
}
