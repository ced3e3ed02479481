package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.report.Report;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobsTableTest {

  @Test
  void theMedianOfAllRoundsIsShownAndWhatASystemCannotDoIsADash() {
    JobsFound found = new JobsFound(JobPeer.DBOS);
    found.enqueue().addAll(List.of(3_000.0, 1_000.0, 2_000.0));
    found.process().addAll(List.of(400.0, 300.0));
    found.cpuMicros().addAll(List.of(900.0));
    found.near().record(Duration.ofMillis(60).toNanos());
    found.othersCores().addAll(List.of(0.1, 0.3));
    JobsRow row = found.row(20_000);
    assertThat(JobsTable.of(new Report<>("jobs", Map.of(), List.of(row), List.of())))
        .containsPattern(
            "(?m)^dbos +2,500 +2,000 +- +- +300 +900 +60\\.\\d+ +60\\.\\d+ +- +- +0\\.3$");
  }
}
