package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Report;
import dev.everbrook.postgres.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queues of Java; those of Node are installed from a registry, which no test asks. */
class JobsBenchTest {

  private static final Duration MOMENT = Duration.ofMillis(100);

  @TempDir Path folder;

  @Test
  void aTinyRunHasARowForEachSystem() throws InterruptedException {
    ByteArrayOutputStream progress = new ByteArrayOutputStream();
    List<JobPeer> systems = List.of(JobPeer.EVERBROOK, JobPeer.DB_SCHEDULER);
    Report<JobsRow> report;
    try (BenchPostgres postgres =
        BenchPostgres.start(TestPostgres.settings(folder.resolve("postgres")))) {
      report =
          new JobsBench(postgres, new PrintStream(progress, true, StandardCharsets.UTF_8))
              .run(new JobsPlan(systems, 80, 1, MOMENT, MOMENT, Optional.empty()));
    }

    assertThat(report.rows())
        .extracting(JobsRow::system)
        .containsExactly("everbrook", "db-scheduler");
    assertThat(report.rows())
        .allSatisfy(row -> {
          assertThat(row.jobs()).isEqualTo(80);
          assertThat(row.enqueuePerSecond().orElseThrow()).isPositive();
          assertThat(row.processPerSecond().orElseThrow()).isPositive();
          assertThat(row.nearP50Ms().orElseThrow()).isPositive();
          assertThat(row.farP99Ms().orElseThrow())
              .isGreaterThanOrEqualTo(row.farP50Ms().orElseThrow());
        });
    assertThat(report.machine()).containsKeys("cores", "postgres", "load", "db-scheduler");
    assertThat(report.goals()).isNotEmpty();
    assertThat(progress.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("everbrook, round 1 of 1", "db-scheduler, round 1 of 1");
  }

  @Test
  void everyRoundBeginsWithAnother() {
    List<Integer> systems = List.of(0, 1, 2, 3, 4, 5, 6);
    assertThat(JobsBench.rotated(systems, 0)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(JobsBench.rotated(systems, 1)).containsExactly(3, 4, 5, 6, 0, 1, 2);
    assertThat(JobsBench.rotated(systems, 2)).containsExactly(6, 0, 1, 2, 3, 4, 5);
  }
}
