package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.app.ServerWithin;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.NodeClient;
import dev.everbrook.server.testing.ParticularProvider;
import dev.everbrook.server.testing.Server;
import dev.everbrook.server.testing.Told;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two questions with tools each, through unmodified clients, to a {@link ParticularProvider}: it
 * gets back what it sent, and its pictures and sources arrive.
 */
class ToolLoopTest {

  private static ParticularProvider provider;
  private static Server server;

  @BeforeAll
  static void start() throws Exception {
    provider = ParticularProvider.start();
    server =
        ServerWithin.start(Told.nothing().withNewDatabase().withModel(provider.baseUrl(), "named"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    provider.close();
  }

  @AfterEach
  void nothingWasRefused() {
    assertThat(provider.refused()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 6, 7})
  void aPageOfTheAiSdkHasItsToolsAnsweredTwice(int major) throws Exception {
    works("aisdk", "tools.mjs", Integer.toString(major));
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai6", "openai7"})
  void openAisClientGoesOnInEveryWay(String version) throws Exception {
    works("openai", "tools.mjs", version);
  }

  @Test
  void textAloneSaysWhatItLeavesOut() throws Exception {
    String asked = "{\"prompt\":\"why?\",\"stream\":%s}";
    Http.Answered whole = server.http().post("/chat", asked.formatted("false"));
    assertThat(whole.body()).contains("\"leftOut\":[\"call\"]");
    Http.Answered streamed = server.http().post("/chat", asked.formatted("true"));
    assertThat(streamed.body()).contains("data: {\"leftOut\":\"call\"}");
  }

  private static void works(String folder, String script, String version) throws Exception {
    NodeClient.Ran ran =
        NodeClient.of(folder).run("node", script, server.base().toString(), version);
    assertThat(ran.status()).as(ran.output()).isZero();
  }
}
