package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.report.Goal;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JobsGoalsTest {

  @Test
  void aGoalIsMetOrMissedByWhatWasMeasured() {
    List<JobsRow> rows =
        List.of(
            new JobsRow(
                "everbrook",
                20_000,
                known(12_000),
                known(80_000),
                known(110_000),
                known(60_000),
                known(20),
                known(0.5),
                known(5.5),
                known(2),
                known(4),
                known(0)),
            peer("bullmq-redis", 30_000, 43_000, 29_000),
            peer("graphile-batched", 2_000, 100_000, 50_000),
            peer("db-scheduler", 6_100, 90_000, 11_000));
    assertThat(JobsGoals.of(rows))
        .extracting(Goal::line)
        .containsExactly(
            "goal process at least 1.2x graphile-batched: met (measured 60,000 beside 50,000,"
                + " 1.20x)",
            "goal process at least 2.0x bullmq-redis: met (measured 60,000 beside 29,000, 2.07x)",
            "goal single enqueue at least 2.0x db-scheduler: missed (measured 12,000 beside 6,100,"
                + " 1.97x)",
            "goal coalesced enqueue at least 2.0x bullmq-redis: met (measured 80,000 beside"
                + " 30,000, 2.67x)",
            "goal bulk enqueue at least 1.2x the best of the others: missed (measured 110,000"
                + " beside 100,000, 1.10x)",
            "goal idle pick-up p50 on the same node at most 1 ms: met (measured 0.50 ms)",
            "goal idle pick-up p99 on the same node at most 5 ms: missed (measured 5.50 ms)",
            "goal idle pick-up p50 across nodes at most 5 ms: met (measured 2.00 ms)");
  }

  @Test
  void aSystemThatWasNotAskedHasNoGoal() {
    assertThat(JobsGoals.of(List.of(peer("bullmq-redis", 1, 1, 1)))).isEmpty();
    assertThat(JobsGoals.of(List.of(peer("everbrook", 1, 1, 1)))).isEmpty();
  }

  private static JobsRow peer(String system, double enqueue, double bulk, double process) {
    return new JobsRow(
        system,
        20_000,
        known(enqueue),
        OptionalDouble.empty(),
        known(bulk),
        known(process),
        known(50),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        known(0));
  }

  private static OptionalDouble known(double number) {
    return OptionalDouble.of(number);
  }
}
