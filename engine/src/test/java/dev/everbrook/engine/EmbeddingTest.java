package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class EmbeddingTest {

  @Test
  void anApplicationWithADataSourceOfItsOwnAsksAndReads() throws Exception {
    assertThat(printed("sim-fast")).contains("simulated answer").doesNotContain("not whole");
  }

  @Test
  void whatIsNotWholeIsToldByTheProgramOfTheReadme() throws Exception {
    assertThat(printed("sim-fast!len")).contains("not whole: INCOMPLETE");
  }

  private static String printed(String model) throws Exception {
    Access access = TestPostgres.newDatabase();
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(access.url());
    source.setUser(access.user());
    source.setPassword(access.password());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      Embedding.run(source, simulator.baseUrl(), model, out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** What the README shows is what is tested. */
  @Test
  void theReadmeShowsThisVeryProgram() throws Exception {
    Path root = Path.of(System.getProperty("everbrook.root", ".."));
    String program =
        Files.readString(root.resolve("engine/src/test/java/dev/everbrook/engine/Embedding.java"));
    String body = program.substring(program.indexOf("static void run"), program.lastIndexOf('}'));
    String readme = Files.readString(root.resolve("README.md"));

    assertThat(readme.replaceAll("\\s+", " ")).contains(body.strip().replaceAll("\\s+", " "));
  }
}
