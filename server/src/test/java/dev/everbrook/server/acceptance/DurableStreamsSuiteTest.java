package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The public conformance suite of the Durable Streams protocol, as npm has it. */
class DurableStreamsSuiteTest {

  private static final Logger log = LoggerFactory.getLogger(DurableStreamsSuiteTest.class);

  /** The tests of its core; what is left out are six of subscriptions, which are optional. */
  private static final int CORE_TESTS = 332;

  private static final String LONG_POLL_MS = "500";

  @Test
  void allOfItsCorePassesAgainstOneServer() throws Exception {
    try (Scene scene = Scene.start(DurableStreamsSuiteTest::pollingBriefly)) {
      run("one", scene.server().base());
    }
  }

  @Test
  void allOfItsCorePassesAgainstTwoServersThatAreAskedInTurns() throws Exception {
    try (Scene scene = Scene.empty(DurableStreamsSuiteTest::pollingBriefly)) {
      URI one = scene.another(it -> it).base();
      URI two = scene.another(it -> it).base();
      try (TakingTurns turns = TakingTurns.before(List.of(one, two))) {
        run("two", turns.base());
      }
    }
  }

  private static Told pollingBriefly(Told told) {
    return told.with("EVERBROOK_LONG_POLL_MS", LONG_POLL_MS);
  }

  private static void run(String name, URI base) throws Exception {
    Path report = Path.of("target/durable-streams-" + name + ".json").toAbsolutePath();
    Files.deleteIfExists(report);
    NodeClient.Ran ran =
        NodeClient.of("durable-streams")
            .run(
                "env",
                "STREAMS_URL=" + base,
                "LONG_POLL_MS=" + LONG_POLL_MS,
                "npx",
                "vitest",
                "run",
                "--reporter=json",
                "--outputFile=" + report);
    assertThat(report).as(ran.output()).exists();
    JsonNode result =
        JsonMapper.shared().readTree(Files.readString(report, StandardCharsets.UTF_8));
    log.info("{}: {} tests passed", name, result.path("numPassedTests").asInt());
    assertThat(failed(result)).isEmpty();
    assertThat(result.path("numPassedTests").asInt()).isGreaterThanOrEqualTo(CORE_TESTS);
  }

  private static List<String> failed(JsonNode result) {
    List<String> failed = new ArrayList<>();
    for (JsonNode file : result.path("testResults")) {
      for (JsonNode test : file.path("assertionResults")) {
        if (test.path("status").asString().equals("failed")) {
          failed.add(
              test.path("fullName").asString()
                  + ": "
                  + test.path("failureMessages").path(0).asString().lines().findFirst().orElse(""));
        }
      }
    }
    return failed;
  }
}
