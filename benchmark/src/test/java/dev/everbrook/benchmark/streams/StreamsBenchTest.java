package dev.everbrook.benchmark.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.Report;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.postgres.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StreamsBenchTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;

  @Test
  void aTinyRunHasBothRowsOnPaperAndAsJson() throws IOException, InterruptedException {
    Path cluster = folder.resolve("postgres");
    Path json = folder.resolve("rows.json");
    Report<StreamsRow> report;
    try (BenchPostgres postgres = BenchPostgres.start(TestPostgres.settings(cluster))) {
      PrintStream progress =
          new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
      report =
          new StreamsBench(postgres, progress)
              .run(new StreamsPlan(List.of(20), SECOND, SECOND, Optional.of(json)));
    }
    report.write(json);

    assertThat(cluster).as("the database of the bench").doesNotExist();
    assertThat(report.rows()).extracting(StreamsRow::system).containsExactly("everbrook", "naive");
    assertThat(report.rows())
        .allSatisfy(row -> {
          assertThat(row.streams()).isEqualTo(20);
          assertThat(row.offeredPerSecond()).isEqualTo(1_000);
          assertThat(row.durablePerSecond()).isPositive();
          assertThat(row.readerP50Ms()).isPositive();
          assertThat(row.walBytes()).isGreaterThan(10);
          assertThat(row.lost()).isZero();
        });
    assertThat(report.rows().getFirst().ratios()).isPresent();
    assertThat(report.machine()).containsKeys("cores", "jdk", "postgres", "settings");
    assertThat(StreamsTable.of(report))
        .contains("fsync=on, synchronous_commit=on")
        .containsPattern("(?m)^20 +everbrook +1,000 ")
        .containsPattern("(?m)^20 +naive +1,000 ");
    JsonNode rows = JsonMapper.builder().build().readTree(Files.readString(json)).get("rows");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).get("system").asString()).isEqualTo("naive");
    assertThat(rows.get(1).get("durablePerSecond").asDouble()).isPositive();
  }

  @Test
  void aTextBeyondWhatANotificationCarriesIsLostAndCounted() throws InterruptedException {
    try (BenchPostgres postgres =
            BenchPostgres.start(TestPostgres.settings(folder.resolve("postgres")));
        Contender naive = new NaiveStreams(postgres.fresh(), 1)) {
      int tokens = 2_500;
      naive.begin(new Timetable(1, tokens, System.nanoTime(), SECOND));
      for (int i = 0; i < tokens; i++) {
        naive.arrive(0, i);
      }
      Await.that(
          "all written or lost",
          Duration.ofSeconds(60),
          () -> naive.durable() + naive.lost() == tokens);
      naive.settle();
      naive.verify();
      assertThat(naive.lost()).isBetween(500L, 1_500L);
      assertThat(naive.toReader().count()).isEqualTo(naive.durable());
    }
  }
}
