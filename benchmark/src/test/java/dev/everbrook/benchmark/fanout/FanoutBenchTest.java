package dev.everbrook.benchmark.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.FileLimit;
import dev.everbrook.benchmark.report.Goal;
import dev.everbrook.benchmark.report.Misuse;
import dev.everbrook.benchmark.report.ProcessMemory;
import dev.everbrook.benchmark.report.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FanoutBenchTest {

  @Test
  void theFlagsSayHowMuchIsMeasured() {
    assertThat(FanoutPlan.of(List.of()))
        .isEqualTo(new FanoutPlan(1_000, 10_000, Duration.ofSeconds(20), Optional.empty()));
    List<String> flags =
        List.of("--seconds", "7", "--quick", "--readers", "60", "--idle", "2000", "--json", "f");
    assertThat(FanoutPlan.of(flags))
        .isEqualTo(new FanoutPlan(60, 2_000, Duration.ofSeconds(7), Optional.of(Path.of("f"))));
    assertThat(FanoutPlan.of(List.of("--quick")).length()).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void tooFewReadersOrTooMuchTimeMakeNoSense() {
    assertThatThrownBy(() -> FanoutPlan.of(List.of("--readers", "49")))
        .isInstanceOf(Misuse.class)
        .hasMessage("--readers must be at least 50, was 49");
    assertThatThrownBy(() -> FanoutPlan.of(List.of("--seconds", "41")))
        .isInstanceOf(Misuse.class)
        .hasMessage("--seconds takes numbers from 1 to 40, was '41'");
    assertThatThrownBy(() -> FanoutPlan.of(List.of("--rounds")))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining("'--rounds' is no flag of fanout");
  }

  @Test
  void moreReadersThanFilesMayBeOpenAreToldSo() {
    FileLimit.demand(11_000, 20_000);
    assertThatThrownBy(() -> FileLimit.demand(11_000, 4_096))
        .isInstanceOf(BenchFailure.class)
        .hasMessageContaining("need about 12000 open files a process, and the limit here is 4096")
        .hasMessageContaining("ulimit -n");
  }

  @Test
  void allGoalsAreMetByOneThatIsFastAndExactAndLight() {
    assertThat(FanoutGoals.of(List.of(fanOut(49_900, 0, 9_000), appends(9_950, 0), slowPeer())))
        .extracting(Goal::met)
        .containsExactly(true, true, true, true, true, true);
  }

  @Test
  void eachGoalIsMissedByItself() {
    assertThat(FanoutGoals.of(List.of(fanOut(40_000, 0, 9_000))))
        .extracting(Goal::met)
        .containsExactly(false, true, true);
    assertThat(FanoutGoals.of(List.of(fanOut(50_000, 1, 9_000))))
        .extracting(Goal::met)
        .containsExactly(true, false, true);
    assertThat(FanoutGoals.of(List.of(fanOut(50_000, 0, 10_300))))
        .extracting(Goal::met)
        .containsExactly(true, true, false);
    assertThat(FanoutGoals.of(List.of(appends(10_000, 1))))
        .extracting(Goal::met)
        .containsExactly(true, true, false);
  }

  @Test
  void theTableSetsEverbrookBesideTheOther() {
    Report<FanoutRow> report =
        new Report<>("fanout", Map.of(), List.of(fanOut(50_000, 0, 9_216), slowPeer()), List.of());
    List<String> lines = FanoutTable.of(report).lines().filter(it -> it.startsWith("fan")).toList();
    assertThat(lines.getFirst()).contains("50,000", "9.0").endsWith("0.50   0.25");
    assertThat(lines.getLast()).contains("reference").endsWith("-      -");
  }

  @Test
  void theUsedHeapIsReadFromWhatTheJvmSays() {
    String said =
        """
        4711:
         garbage-first heap   total reserved 6291456K, committed 24576K, used 8251K [0x1, 0x2)
          region size 4096K, 3 young (12288K), 1 survivors (4096K)
         Metaspace       used 777K, committed 832K, reserved 1114112K
        """;
    assertThat(ProcessMemory.used(said)).isEqualTo(8_251 * 1_024);
    assertThatThrownBy(() -> ProcessMemory.used("4711: no such process"))
        .isInstanceOf(BenchFailure.class);
  }

  private static FanoutRow fanOut(double perSecond, long gaps, double heap) {
    return new FanoutRow(
        FanoutBench.FAN_OUT,
        "everbrook",
        50_000,
        new FanoutRow.Delivered(perSecond, 1, 10, gaps, 0),
        Optional.empty(),
        Optional.of(new FanoutRow.Idle(OptionalDouble.of(heap), 20_000)),
        new FanoutRow.Cost(4, OptionalDouble.of(1), 0));
  }

  private static FanoutRow appends(double perSecond, long refused) {
    return new FanoutRow(
        FanoutBench.APPENDS,
        "everbrook",
        10_000,
        new FanoutRow.Delivered(10_000, 1, 10, 0, 0),
        Optional.of(new FanoutRow.Appended(perSecond, refused, 1, 10, 1)),
        Optional.empty(),
        new FanoutRow.Cost(4, OptionalDouble.of(1), 0));
  }

  private static FanoutRow slowPeer() {
    return new FanoutRow(
        FanoutBench.FAN_OUT,
        "reference",
        50_000,
        new FanoutRow.Delivered(10_000, 2, 20, 7, 7),
        Optional.empty(),
        Optional.empty(),
        new FanoutRow.Cost(20, OptionalDouble.empty(), 0));
  }
}
