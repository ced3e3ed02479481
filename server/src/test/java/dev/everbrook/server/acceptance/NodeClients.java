package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients written in JavaScript, in a folder of {@code src/test/clients}, as npm delivers them. The
 * folder's {@code run.mjs} prints a line of JSON for each scenario: its name, and the problem or
 * null.
 */
final class NodeClients {

  private static final Duration MOST = Duration.ofMinutes(3);

  private final Path folder;

  private NodeClients(Path folder) {
    this.folder = folder;
  }

  /** Installs them, if what is to be installed has changed. */
  static NodeClients in(String folder) throws Exception {
    Path clients =
        Path.of(System.getProperty("everbrook.root"), "server", "src", "test", "clients");
    NodeClients here = new NodeClients(clients.resolve(folder));
    here.node(List.of(clients.resolve("install.mjs").toString(), here.folder.toString()));
    return here;
  }

  /** Runs the scenarios; a test for each says how it went. */
  List<DynamicTest> run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("run.mjs"));
    command.addAll(List.of(arguments));
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : node(command).lines().toList()) {
      JsonNode told = JsonMapper.shared().readTree(line);
      tests.add(
          DynamicTest.dynamicTest(
              told.path("name").asString(),
              () -> assertThat(told.path("problem").asString(null)).isNull()));
    }
    return tests;
  }

  private String node(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("node"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      Output output = Output.of(process.getInputStream());
      assertThat(process.waitFor(MOST.toNanos(), TimeUnit.NANOSECONDS))
          .as(() -> command + " takes too long:\n" + output.text())
          .isTrue();
      output.awaitEnd(MOST);
      assertThat(process.exitValue()).as(output::text).isZero();
      return output.text();
    } finally {
      process.destroyForcibly();
    }
  }
}
