package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whatever a provider does, the answer ends in a state that says how it ended. */
class ProviderFaultsTest {

  private static final String REFUSAL = "I will not say that.";

  /** A pattern of what an answer comes to: its state, and the code of its error or a dash. */
  private static final Map<String, String> ENDS =
      Map.ofEntries(
          Map.entry("!429*2", "done -"),
          Map.entry("!429", "failed rate_limited"),
          Map.entry("!500*2", "done -"),
          Map.entry("!500", "failed overloaded"),
          Map.entry("!503*1", "done -"),
          Map.entry("!401", "failed key_refused"),
          Map.entry("!html502*1", "done -"),
          Map.entry("!html502", "failed overloaded"),
          Map.entry("!err200", "failed overloaded"),
          Map.entry("!drop@20*1", "done -"),
          // A reset may swallow what came before it; then the provider never answered.
          Map.entry("!drop@20", "failed (truncated|overloaded)"),
          Map.entry("!eof@10", "failed truncated"),
          Map.entry("!eof@0", "failed truncated"),
          Map.entry("!stall@10", "failed deadline"),
          Map.entry("!nofinish", "done -"),
          Map.entry("!nofinish!nodone", "failed truncated"),
          Map.entry("!errmid*1", "done -"),
          Map.entry("!errmid", "failed overloaded"),
          Map.entry("!badjson", "failed protocol"),
          Map.entry("!nodone", "done -"),
          Map.entry("!split", "done -"),
          Map.entry("!crlf", "done -"),
          Map.entry("!bom", "done -"),
          Map.entry("!comment", "done -"),
          Map.entry("!glue", "done -"),
          Map.entry("!split!crlf!bom!comment!glue", "done -"),
          Map.entry("!dupusage", "done -"),
          Map.entry("!slow@1", "done -"),
          Map.entry("!empty", "done -"),
          Map.entry("!refuse", "done -"),
          Map.entry("!len@7", "incomplete length"),
          Map.entry("-unknown", "failed model_not_found"));

  private static final Map<String, ChatClient.Begun> begun = new LinkedHashMap<>();
  private static Scene scene;
  private static ChatClient client;

  /** All at once, as some of them are tried again and again until the answer's time is over. */
  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(told -> told.with("EVERBROOK_ANSWER_MAX_SECONDS", "12"));
    client = scene.client();
    for (String fault : ENDS.keySet()) {
      begun.put(fault, client.begin(question(fault)));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  static Stream<Arguments> ends() {
    return ENDS.entrySet().stream().map(it -> Arguments.of(it.getKey(), it.getValue()));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void everyFaultEndsInAStateThatSaysHow(String fault, String expected) throws Exception {
    ChatClient.Begun answer = Objects.requireNonNull(begun.get(fault));
    Copy copy = client.whole(answer.stream());
    JsonNode message = client.answer(answer.chat());
    String state = message.path("state").asString();

    assertThat(state + " " + message.path("error").path("code").asString("-"))
        .as(() -> message + " " + copy.types())
        .matches(expected);
    assertThat(copy.types().getLast()).isEqualTo(state.equals("done") ? "completed" : state);
    assertThat(copy.text()).isEqualTo(message.path("content").asString());
    if (state.equals("done")) {
      assertThat(message.path("error").isNull()).isTrue();
      assertThat(copy.text()).isEqualTo(complete(fault));
    } else {
      assertThat(message.path("error").path("message").asString())
          .hasSizeBetween(15, 500)
          .doesNotContain("Exception", "dev.everbrook", "null", "\n", "<");
      assertThat(scene.answer(Scene.MODEL, question(fault))).startsWith(copy.text());
      assertThat(scene.http().get("/c/" + answer.chat()).body()).contains("data-state=\"" + state);
    }
  }

  @Test
  void whoWaitsForTheWholeAnswerIsToldWhatWentWrong() throws Exception {
    Http.Answered answered = scene.http().post("/chat", Http.prompt("ask sim-fast!401: now?"));

    assertThat(answered.status()).isEqualTo(502);
    assertThat(answered.message()).isNotEmpty();
    assertThat(answered.json().path("completion").isMissingNode()).isTrue();
  }

  @Test
  void whoReadsAlongIsToldWhatWentWrong() throws Exception {
    try (Reader reader = client.ask("ask sim-fast!401: now, streamed?")) {
      assertThat(reader.awaitEnd())
          .hasSize(2)
          .first()
          .satisfies(
              it -> assertThat(it.json().path("error").path("message").asString()).isNotEmpty());
    }
  }

  private static String complete(String fault) {
    return switch (fault) {
      case "!empty" -> "";
      case "!refuse" -> REFUSAL;
      default -> scene.answer(Scene.MODEL, question(fault));
    };
  }

  private static String question(String fault) {
    return "ask sim-fast" + fault + ": what now? words:40";
  }
}
