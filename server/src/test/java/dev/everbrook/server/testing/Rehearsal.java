package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A first run of a server, of which its JVM records what belongs in the AOT cache. */
final class Rehearsal {

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final Duration RECORDED_MAX = Duration.ofMinutes(1);

  private Rehearsal() {}

  /**
   * Makes the cache of this program. A server ends its process within ten seconds of being told to,
   * also if its JVM has not yet written the record; then there is no cache, and starts are slower.
   */
  static void of(ServerProgram program) throws Exception {
    Path record = program.cache().resolveSibling("record");
    Path begun = program.cache().resolveSibling("begun");
    record(program, record);
    if (Files.exists(record) && create(program, record, begun)) {
      Files.move(begun, program.cache());
    } else {
      log.warn("there is no AOT cache for the servers under test: each start takes longer");
    }
    Files.deleteIfExists(record);
  }

  private static void record(ServerProgram program, Path record) throws Exception {
    try (Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT)) {
      Told told = Told.nothing().withNewDatabase().withModel(simulator.baseUrl(), Scene.MODEL);
      List<String> recording = List.of("-XX:AOTMode=record", "-XX:AOTConfiguration=" + record);
      try (ServerProcess server =
          ServerProcess.launch(told, program.classPath(), recording, List.of())) {
        ask(server.http());
        server.terminate();
        server.awaitExit(RECORDED_MAX);
      }
    }
  }

  private static boolean create(ServerProgram program, Path record, Path begun)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ServerProcess.java()));
    command.addAll(Told.nothing().jvm());
    command.addAll(ServerProgram.ACCESS);
    command.addAll(
        List.of(
            "-XX:AOTMode=create",
            "-XX:AOTConfiguration=" + record,
            "-XX:AOTCache=" + begun,
            "-cp",
            program.classPath()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream said = process.getInputStream()) {
      String all = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        log.warn("java -XX:AOTMode=create ended with {}: {}", status, all);
      }
      return status == 0;
    }
  }

  private static void ask(Http http) throws Exception {
    assertThat(http.get("/readyz").status()).isEqualTo(200);
    assertThat(http.get("/").status()).isEqualTo(200);
    try (Reader reader =
        http.postAndFollow("/chat", Map.of("prompt", "Hello? words:5", "stream", true))) {
      ChatClient.Begun begun = ChatClient.begun(reader);
      reader.awaitEnd();
      assertThat(http.get("/c/" + begun.chat()).status()).isEqualTo(200);
    }
    http.post("/v1/responses", Map.of("model", Scene.MODEL, "input", "Hello? words:5"));
    http.exchange("PUT", "/v1/stream/rehearsal", "", "Content-Type", "text/plain");
    http.get("/v1/queues");
    http.get("/metrics");
  }
}
