package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.NodeClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The program of docs/four-clients.md: one answer, and everybody's client on it at once. */
class FourClientsTest {

  private static final Path PAGE = Path.of("../docs/four-clients.md");
  private static final Path PROGRAM = Path.of("src/test/clients/together/together.mjs");

  @Test
  @ExtendWith(SharedScene.class)
  void allHaveTheSameAnswerThoughEachIsCutAgainAndAgain(Scene scene) throws Exception {
    NodeClient node = NodeClient.of("together");
    NodeClient.Ran ran = node.run("node", "together.mjs", scene.server().base().toString());
    assertThat(ran.status()).as(ran.output()).isZero();
    assertThat(ran.output())
        .contains("all have the same answer")
        .containsPattern("curl: [0-9]+ characters, cut [0-9]{1,2} times")
        .containsPattern("EventSource: [0-9]+ characters, cut [0-9]{1,2} times")
        .containsPattern("OpenAI: [0-9]+ characters, cut [0-9]{1,2} times")
        .containsPattern("AI SDK: [0-9]+ characters, cut [1-9][0-9]? times")
        .containsPattern("Durable Streams: [0-9]+ characters, cut [0-9]{1,2} times");
  }

  @Test
  void thePageShowsThatProgram() throws Exception {
    assertThat(Files.readString(PAGE)).contains(Files.readString(PROGRAM).strip());
  }
}
