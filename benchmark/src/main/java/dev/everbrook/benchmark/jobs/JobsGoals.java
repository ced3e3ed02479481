package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What the queue is meant to reach beside its peers. A goal whose figures are not there is left
 * out.
 */
final class JobsGoals {

  private static final double NEAR_P50_MS = 1;
  private static final double NEAR_P99_MS = 5;
  private static final double FAR_P50_MS = 5;

  private final List<JobsRow> rows;
  private final List<Goal> goals = new ArrayList<>();

  private JobsGoals(List<JobsRow> rows) {
    this.rows = rows;
  }

  static List<Goal> of(List<JobsRow> rows) {
    JobsGoals all = new JobsGoals(rows);
    all.add();
    return all.goals;
  }

  private void add() {
    Function<JobsRow, OptionalDouble> process = JobsRow::processPerSecond;
    Function<JobsRow, OptionalDouble> enqueue = JobsRow::enqueuePerSecond;
    beside("process", 1.2, process, JobPeer.GRAPHILE_BATCHED, process);
    beside("process", 2, process, JobPeer.BULLMQ_REDIS, process);
    beside("single enqueue", 2, enqueue, JobPeer.DB_SCHEDULER, enqueue);
    beside("coalesced enqueue", 2, JobsRow::coalescedPerSecond, JobPeer.BULLMQ_REDIS, enqueue);
    bulk();
    within("idle pick-up p50 on the same node", NEAR_P50_MS, JobsRow::nearP50Ms);
    within("idle pick-up p99 on the same node", NEAR_P99_MS, JobsRow::nearP99Ms);
    within("idle pick-up p50 across nodes", FAR_P50_MS, JobsRow::farP50Ms);
  }

  private OptionalDouble figure(JobPeer peer, Function<JobsRow, OptionalDouble> which) {
    Optional<JobsRow> row =
        rows.stream().filter(it -> it.system().equals(peer.label())).findFirst();
    return row.isPresent() ? which.apply(row.get()) : OptionalDouble.empty();
  }

  private void beside(
      String what,
      double times,
      Function<JobsRow, OptionalDouble> ours,
      JobPeer peer,
      Function<JobsRow, OptionalDouble> theirs) {
    compare(what, times, figure(JobPeer.EVERBROOK, ours), peer.label(), figure(peer, theirs));
  }

  private void bulk() {
    OptionalDouble best =
        rows.stream()
            .filter(it -> !it.system().equals(JobPeer.EVERBROOK.label()))
            .flatMapToDouble(it -> it.bulkPerSecond().stream())
            .max();
    compare(
        "bulk enqueue",
        1.2,
        figure(JobPeer.EVERBROOK, JobsRow::bulkPerSecond),
        "the best of the others",
        best);
  }

  private void compare(
      String what, double times, OptionalDouble ours, String name, OptionalDouble theirs) {
    if (ours.isPresent() && theirs.isPresent()) {
      double ratio = ours.getAsDouble() / theirs.getAsDouble();
      goals.add(
          new Goal(
              String.format(Locale.ROOT, "%s at least %.1fx %s", what, times, name),
              ratio >= times,
              String.format(
                  Locale.ROOT,
                  "%,.0f beside %,.0f, %.2fx",
                  ours.getAsDouble(),
                  theirs.getAsDouble(),
                  ratio)));
    }
  }

  private void within(String what, double mostMs, Function<JobsRow, OptionalDouble> which) {
    figure(JobPeer.EVERBROOK, which)
        .ifPresent(ms ->
            goals.add(
                new Goal(
                    String.format(Locale.ROOT, "%s at most %.0f ms", what, mostMs),
                    ms <= mostMs,
                    String.format(Locale.ROOT, "%.2f ms", ms))));
  }
}
