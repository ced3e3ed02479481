package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.NodeClient;
import dev.everbrook.server.testing.Scene;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The AI SDK's own {@code useChat} transport, unmodified, in its versions that are in use. */
@Execution(ExecutionMode.CONCURRENT)
class AiSdkTest {

  private static final int TESTS = 13;

  private static NodeClient node;
  private static Scene scene;

  @BeforeAll
  static void start() throws Exception {
    node = NodeClient.of("aisdk");
    scene = Scene.within(it -> it.with("EVERBROOK_CONTINUE", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7})
  void itsChatsWorkUnchanged(int major) throws Exception {
    NodeClient.Ran ran =
        node.run(
            "node",
            "--test-reporter=tap",
            "chats.mjs",
            scene.server().base().toString(),
            Integer.toString(major));
    assertThat(ran.status()).as(ran.output()).isZero();
    assertThat(ran.output()).contains("# pass " + TESTS, "# fail 0");
  }
}
