package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.NodeClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.TakingTurns;
import dev.everbrook.server.testing.Told;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The public conformance suite of the Durable Streams protocol, as npm has it. */
@Tag("alone")
@Isolated("its own tests have limits on their time")
class DurableStreamsSuiteTest {

  /** The tests of its core; what is left out are six of subscriptions, which are optional. */
  private static final int CORE_TESTS = 332;

  private static final String LONG_POLL_MS = "500";

  /** So many of its tests wait for a stream to expire. */
  private static final int WAITING_AT_ONCE = 20;

  /** Most of the suite's time is spent waiting for streams to expire: so both wait together. */
  private static ExecutorService running;

  private static Future<JsonNode> one;
  private static Future<JsonNode> two;

  @BeforeAll
  static void run() throws Exception {
    NodeClient.of("durable-streams"); // installs, once for both
    running = Executors.newVirtualThreadPerTaskExecutor();
    one = running.submit(DurableStreamsSuiteTest::againstOne);
    two = running.submit(DurableStreamsSuiteTest::againstTwo);
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void allOfItsCorePassesAgainstOneServer() throws Exception {
    check(one.get());
  }

  @Test
  void allOfItsCorePassesAgainstTwoServersThatAreAskedInTurns() throws Exception {
    check(two.get());
  }

  private static JsonNode againstOne() throws Exception {
    try (Scene scene = Scene.within(DurableStreamsSuiteTest::pollingBriefly)) {
      return run("one", scene.server().base());
    }
  }

  private static JsonNode againstTwo() throws Exception {
    try (Scene scene = Scene.empty(DurableStreamsSuiteTest::pollingBriefly)) {
      URI first = scene.anotherWithin(it -> it).base();
      URI second = scene.anotherWithin(it -> it).base();
      try (TakingTurns turns = TakingTurns.before(List.of(first, second))) {
        return run("two", turns.base());
      }
    }
  }

  private static Told pollingBriefly(Told told) {
    return told.with("EVERBROOK_LONG_POLL_MS", LONG_POLL_MS);
  }

  private static JsonNode run(String name, URI base) throws Exception {
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
                "--maxConcurrency=" + WAITING_AT_ONCE,
                "--reporter=json",
                "--outputFile=" + report);
    assertThat(report).as(ran.output()).exists();
    return JsonMapper.shared().readTree(Files.readString(report, StandardCharsets.UTF_8));
  }

  private static void check(JsonNode result) {
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
