package dev.everbrook.benchmark.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.report.Misuse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsPlanTest {

  @Test
  void withoutFlagsItRunsTheThreeLoadsOfTheGoals() {
    StreamsPlan plan = plan();
    assertThat(plan.streams()).containsExactly(200, 1_000, 4_000);
    assertThat(plan.length()).isEqualTo(Duration.ofSeconds(20));
    assertThat(plan.json()).isEmpty();
  }

  @Test
  void quickIsShorterAndSecondsOutranksIt() {
    assertThat(plan("--quick").length()).isEqualTo(Duration.ofSeconds(4));
    assertThat(plan("--seconds", "7", "--quick").length()).isEqualTo(Duration.ofSeconds(7));
    assertThat(plan("--quick").warmUp()).isLessThan(plan().warmUp());
  }

  @Test
  void streamsAndJsonAreTakenAsTold() {
    StreamsPlan plan = plan("--streams", "20,40", "--json", "rows.json");
    assertThat(plan.streams()).containsExactly(20, 40);
    assertThat(plan.json()).contains(Path.of("rows.json"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--fast",
        "20",
        "--json",
        "--seconds",
        "--seconds 0",
        "--seconds 601",
        "--streams 1,,2",
        "--streams 20001",
        "--streams many"
      })
  void nonsenseIsRefusedAndTheFlagNamed(String line) {
    assertThatThrownBy(() -> plan(line.split(" ", -1)))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining(line.replaceAll(" .*", ""));
  }

  private static StreamsPlan plan(String... flags) {
    return StreamsPlan.of(List.of(flags));
  }
}
