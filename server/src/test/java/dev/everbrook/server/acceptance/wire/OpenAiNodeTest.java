package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.NodeClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's clients for Node, unmodified: the scenarios are in {@code src/test/clients/openai}. */
@ExtendWith(SharedScene.class)
class OpenAiNodeTest {

  private static final int SCENARIOS = 40;

  private static Scene scene;
  private static NodeClient clients;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    clients = NodeClient.of("openai");
    scene = shared;
  }

  @TestFactory
  Stream<DynamicContainer> theClientsWorkUnmodified() throws Exception {
    return Stream.of(run("openai6"), run("openai7"));
  }

  private static DynamicContainer run(String version) throws Exception {
    String server = scene.server().base().toString();
    String simulator = scene.simulator().baseUrl().resolve("/").toString();
    List<DynamicTest> tests =
        clients.scenarios("node", "run.mjs", version, server, simulator.replaceAll("/$", ""));
    assertThat(tests).hasSize(SCENARIOS);
    return DynamicContainer.dynamicContainer(version, tests);
  }
}
