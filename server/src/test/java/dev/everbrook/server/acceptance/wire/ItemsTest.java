package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.Grammar;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Reasoning, refusals and tool calls on their way from the provider into a stream. */
class ItemsTest {

  private static Scene scene;
  private static ChatClient client;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(told -> told.with("EVERBROOK_CONTINUE", "on"));
    client = scene.client();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void reasoningIsAnItemOfItsOwnAndNotPartOfTheText() throws Exception {
    String asked = "ask sim-fast!think@5: think first. words:5";
    ChatClient.Begun begun = client.begin(asked);
    Copy copy = copy(begun);

    assertThat(kinds(copy)).containsExactly("reasoning", "message");
    assertThat(copy.count("reasoning")).isEqualTo(5);
    assertThat(copy.text())
        .isEqualTo(scene.answer("sim-fast", asked))
        .isEqualTo(client.stored(begun.chat()));
    assertThat(copy.events().getLast().json().at("/usage/reasoningTokens").asInt()).isEqualTo(5);
  }

  @Test
  void twoToolCallsAreTwoItems() throws Exception {
    Copy copy = copy(client.begin("ask sim-fast!tools: look it up"));

    assertThat(kinds(copy)).containsExactly("call", "call");
    assertThat(copy.types()).endsWith("arguments.done", "item.done", "completed");
  }

  @Test
  void aRefusalIsWhatThereIsToRead() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-fast!refuse: how?");
    Copy copy = copy(begun);

    assertThat(kinds(copy)).containsExactly("message");
    assertThat(copy.types()).contains("refusal.done").doesNotContain("text");
    assertThat(client.stored(begun.chat())).isEqualTo(copy.text()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sim-fast!drop@3*1",
        "sim-fast!think@4!drop@3*1",
        "sim-fast!tools@3!drop@1*1",
        "sim-fast!think@4!tools!errmid@0*1",
        "sim-fast!empty",
        "sim-fast!len@3",
        "sim-fast!badjson@3"
      })
  void whateverBreaksTheLogKeepsItsGrammar(String model) throws Exception {
    Copy copy = copy(client.begin("ask " + model + ": break. words:9"));

    assertThat(copy.types())
        .endsWith(
            model.contains("!badjson")
                ? "failed"
                : model.contains("!len") ? "incomplete" : "completed");
    assertThat(copy.count("reset")).isEqualTo(model.contains("!tools") ? 1 : 0);
  }

  private static Copy copy(ChatClient.Begun begun) throws Exception {
    Copy copy = client.whole(begun.stream());
    Grammar.check(
        copy.events().stream()
            .map(event -> event.data().getBytes(StandardCharsets.UTF_8))
            .toList());
    return copy;
  }

  private static List<String> kinds(Copy copy) {
    return copy.events().stream()
        .map(Reader.Event::json)
        .filter(event -> event.path("type").asString().equals("item.added"))
        .map(event -> event.path("kind"))
        .map(JsonNode::asString)
        .toList();
  }
}
