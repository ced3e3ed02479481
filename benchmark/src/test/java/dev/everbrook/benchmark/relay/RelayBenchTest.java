package dev.everbrook.benchmark.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Goal;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Misuse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RelayBenchTest {

  @Test
  void everyTokenOfThePacedProviderIsSeenAndSaysWhenItWasSent() {
    Latencies chunks = new Latencies();
    try (PacedProvider provider = PacedProvider.start()) {
      StreamedCompletion.Seen seen =
          StreamedCompletion.read(
              provider.base(), Map.of(), PacedProvider.model(20, 1_000), chunks);
      assertThat(seen.tokens()).isEqualTo(20);
      assertThat(seen.firstNanos()).isPositive();
    }
    assertThat(chunks.count()).isEqualTo(19);
    assertThat(chunks.ms(0.5)).isLessThan(1_000);
  }

  @Test
  void anAnswerThatIsCutFailsTheBench() {
    try (PacedProvider provider = PacedProvider.start()) {
      assertThatThrownBy(
              () -> StreamedCompletion.read(provider.base(), Map.of(), "no-pace", new Latencies()))
          .isInstanceOf(BenchFailure.class);
    }
  }

  @Test
  void theGoalsCompareWhatIsAddedToADirectCall() {
    List<Goal> goals =
        RelayGoals.of(
            List.of(row("direct", 10, 1), row("portkey", 30, 5), row("everbrook", 16, 4)));
    assertThat(goals).extracting(Goal::met).containsExactly(true, false);
    assertThat(goals.getFirst().measured()).isEqualTo("6.0 ms beside 20.0 ms, 0.30x");
    assertThat(goals.getLast().measured()).isEqualTo("3.0 ms beside 4.0 ms, 0.75x");
  }

  @Test
  void theFlagsSayHowMuchIsMeasured() {
    assertThat(RelayPlan.of(List.of("--answers", "5,7", "--rounds", "9")))
        .isEqualTo(new RelayPlan(List.of(5, 7), 9, java.util.Optional.empty()));
    assertThat(RelayPlan.of(List.of("--quick")).rounds()).isEqualTo(2);
    assertThatThrownBy(() -> RelayPlan.of(List.of("--answers", "0")))
        .isInstanceOf(Misuse.class)
        .hasMessage("--answers takes numbers from 1 to 1000, was '0'");
    assertThatThrownBy(() -> RelayPlan.of(List.of("--streams")))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining("'--streams' is no flag of relay");
  }

  private static RelayRow row(String way, double first, double chunk) {
    return new RelayRow(1, way, first, first, chunk, chunk, chunk, 1, 1, 0);
  }
}
