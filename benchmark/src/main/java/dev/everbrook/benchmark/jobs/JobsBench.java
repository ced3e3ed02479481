package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.Dialog;
import dev.everbrook.benchmark.peer.RedisServer;
import dev.everbrook.benchmark.report.CpuTimes;
import dev.everbrook.benchmark.report.Machine;
import dev.everbrook.benchmark.report.Report;
import dev.everbrook.postgres.Access;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code ./bench jobs}: the same jobs through every queue, one queue after the other and several
 * times around; each on a fresh database, in a process of its own, alone.
 */
public final class JobsBench {

  private final BenchPostgres postgres;
  private final PrintStream progress;

  public JobsBench(BenchPostgres postgres, PrintStream progress) {
    this.postgres = postgres;
    this.progress = progress;
  }

  public Report<JobsRow> run(JobsPlan plan) throws InterruptedException {
    Map<String, String> facts = Machine.facts();
    facts.putAll(postgres.facts());
    facts.put("load", describe(plan));
    facts.put("a commit", postgres.commit());
    List<JobsFound> found = new ArrayList<>();
    for (JobPeer peer : plan.systems()) {
      peer.install();
      facts.put(peer.label(), peer.settings());
      found.add(new JobsFound(peer));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      for (JobsFound one : rotated(found, round)) {
        progress.printf("%s, round %d of %d%n", one.peer().label(), round + 1, plan.rounds());
        measure(one, plan);
      }
    }
    List<JobsRow> rows = found.stream().map(it -> it.row(plan.jobs())).toList();
    return new Report<>("jobs", facts, rows, JobsGoals.of(rows));
  }

  private static String describe(JobsPlan plan) {
    return plan.rounds()
        + (plan.rounds() == 1 ? " round" : " rounds")
        + "; in each, every system warms up for "
        + plan.warmUp().toSeconds()
        + " s, then gets the jobs once in each way it knows, then for "
        + plan.pickups().toSeconds()
        + " s one job at a time";
  }

  /** Every round begins with another, a third of the way further on. */
  static <T> List<T> rotated(List<T> all, int round) {
    List<T> order = new ArrayList<>(all);
    Collections.rotate(order, -round * Math.ceilDiv(all.size(), 3));
    return order;
  }

  private void measure(JobsFound found, JobsPlan plan) throws InterruptedException {
    if (found.peer().needsRedis()) {
      try (RedisServer redis = RedisServer.start()) {
        measure(found, plan, Optional.of(redis));
      }
    } else {
      measure(found, plan, Optional.empty());
    }
  }

  private void measure(JobsFound found, JobsPlan plan, Optional<RedisServer> redis)
      throws InterruptedException {
    JobPeer peer = found.peer();
    Access database = postgres.fresh();
    try (Dialog child = peer.start(database, redis)) {
      JobsTrial trial = new JobsTrial(child, plan.jobs(), found);
      trial.warmUp(plan.warmUp());
      postgres.checkpoint();
      List<Long> processes = new ArrayList<>(List.of(child.pid(), postgres.pid()));
      redis.ifPresent(it -> processes.add(it.pid()));
      CpuTimes before = CpuTimes.now(processes);
      trial.throughput(processes);
      trial.near(plan.pickups());
      found.othersCores().add(before.until(CpuTimes.now(processes)).othersCores());
      if (peer.hasFar()) {
        try (Dialog worker = peer.startFar(database, redis)) {
          trial.far(worker, plan.pickups());
        }
      }
    }
  }
}
