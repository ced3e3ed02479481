package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.report.Misuse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobsPlanTest {

  @Test
  void withoutFlagsItAsksEverySystem() {
    JobsPlan plan = plan();
    assertThat(plan.systems()).containsExactly(JobPeer.values());
    assertThat(plan.jobs()).isEqualTo(20_000);
    assertThat(plan.rounds()).isEqualTo(3);
    assertThat(plan.json()).isEmpty();
  }

  @Test
  void quickIsShorterAndJobsOutranksIt() {
    assertThat(plan("--quick").jobs()).isEqualTo(5_000);
    assertThat(plan("--quick").rounds()).isEqualTo(1);
    assertThat(plan("--quick").warmUp()).isLessThan(plan().warmUp());
    assertThat(plan("--jobs", "700", "--quick").jobs()).isEqualTo(700);
  }

  @Test
  void systemsAndJsonAreTakenAsTold() {
    JobsPlan plan = plan("--systems", "dbos,everbrook,dbos", "--json", "rows.json");
    assertThat(plan.systems()).containsExactly(JobPeer.DBOS, JobPeer.EVERBROOK);
    assertThat(plan.json()).contains(Path.of("rows.json"));
  }

  @Test
  void aSystemThatIsNotThereIsToldWithThoseThatAre() {
    assertThatThrownBy(() -> plan("--systems", "sidekiq"))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining("'sidekiq'")
        .hasMessageContaining("graphile-batched");
  }

  @Test
  void theHelpNamesEverySystem() {
    for (JobPeer peer : JobPeer.values()) {
      assertThat(JobsPlan.HELP).contains(peer.label());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--fast", "20", "--json", "--systems", "--jobs", "--jobs 0", "--jobs 1000001"})
  void nonsenseIsRefusedAndTheFlagNamed(String line) {
    assertThatThrownBy(() -> plan(line.split(" ", -1)))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining(line.replaceAll(" .*", ""));
  }

  private static JobsPlan plan(String... flags) {
    return JobsPlan.of(List.of(flags));
  }
}
