package dev.everbrook.benchmark.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.report.Goal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class StreamsGoalsTest {

  @Test
  void aGoalIsMetOrMissedByWhatWasMeasured() {
    StreamsRow thousand = row(1_000, 49_800, 15.1, 4).beside(row(1_000, 5_000, 900, 60));
    StreamsRow fourThousand = row(4_000, 99_000, 40, 6).beside(row(4_000, 5_000, 900, 30));
    assertThat(StreamsGoals.of(List.of(thousand, fourThousand)))
        .extracting(Goal::line)
        .containsExactly(
            "goal 1,000 streams: 50,000 durable tokens/s: met (measured 49,800)",
            "goal 1,000 streams: p99 arrival to durable at most 15 ms: missed (measured 15.1 ms)",
            "goal 4,000 streams: at least 100,000 durable tokens/s: missed (measured 99,000)",
            "goal PostgreSQL's CPU per token at most 1/10 of the naive way's, at every load:"
                + " missed (measured 1/5 at worst)");
  }

  @Test
  void aLoadThatWasNotRunHasNoGoal() {
    assertThat(StreamsGoals.of(List.of(row(200, 10_000, 3, 4)))).isEmpty();
  }

  private static StreamsRow row(int streams, double durable, double p99, double cpu) {
    return new StreamsRow(
        streams,
        "everbrook",
        streams * 50.0,
        durable,
        1,
        p99,
        2 * p99,
        1,
        p99,
        150,
        OptionalDouble.of(cpu),
        3,
        0,
        0,
        0.5,
        OptionalDouble.empty(),
        Optional.empty());
  }
}
