package dev.everbrook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.model.ApiKey;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Parameters;
import dev.everbrook.model.Provider;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tools, thoughts and refusals on demand. */
@Timeout(30)
class ToolsTest {

  private static final Parameters TOOLS =
      new Parameters(
          """
          {"tools": [
            {"type": "function", "function": {"name": "weather", "parameters": {
              "type": "object", "properties": {
                "place": {"type": "string"},
                "days": {"type": "integer"},
                "unit": {"enum": ["C", "F"]},
                "at": {"type": "object", "properties": {"sea": {"type": "boolean"}}},
                "tags": {"type": "array", "items": {"type": "string"}}}}}},
            {"type": "function", "function": {"name": "now"}}]}
          """);

  private Simulator simulator;
  private OpenAiModel model;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
    model = new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.of("any-key")));
  }

  @AfterEach
  void stop() throws IOException {
    model.close();
    simulator.close();
  }

  @Test
  void twoToolsAreCalledWithArgumentsThatFitTheirSchemas() {
    List<ModelEvent> events = ask("sim-fast!tools", Message.user("What is the weather?"));

    Map<Integer, String> names = new TreeMap<>();
    Map<Integer, String> arguments = new TreeMap<>();
    for (ModelEvent event : events) {
      if (event instanceof ModelEvent.ToolCall(int slot, _, var name, var piece)) {
        name.ifPresent(it -> names.put(slot, it));
        arguments.merge(slot, piece, String::concat);
      }
    }
    assertThat(names).containsExactly(Map.entry(0, "weather"), Map.entry(1, "now"));
    assertThat(JsonMapper.shared().readTree(arguments.get(0)))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"place": "place 1", "days": 1, "unit": "C", "at": {"sea": true},
                     "tags": ["tags 1"]}
                    """));
    assertThat(arguments).containsEntry(1, "{}");
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            ModelEvent.Finished.class,
            it -> assertThat(it.reason()).isEqualTo(new FinishReason.ToolCalls()));
  }

  @Test
  void whatTheToolsSaidIsInTheAnswerThatFollows() {
    List<ModelEvent> events =
        ask(
            "sim-fast!tools",
            Message.user("What is the weather? words:3"),
            new Message.Wire(
                """
                {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1",
                 "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}
                """),
            new Message.Wire(
                """
                {"role": "tool", "tool_call_id": "call_1", "content": [
                 {"type": "text", "text": "rain"}]}
                """));

    assertThat(text(events)).startsWith("The tool said “rain”. ").hasSizeGreaterThan(25);
    assertThat(events).noneMatch(ModelEvent.ToolCall.class::isInstance);
  }

  @Test
  void thoughtsComeFirstAndAreCounted() {
    List<ModelEvent> events = ask("sim-fast!think@7", Message.user("Why? words:3"));

    List<ModelEvent> pieces = events.subList(1, events.size() - 1);
    assertThat(pieces.subList(0, 7)).allMatch(ModelEvent.Thinking.class::isInstance);
    assertThat(pieces.subList(7, 10)).allMatch(ModelEvent.Text.class::isInstance);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            ModelEvent.Finished.class,
            it -> {
              assertThat(it.usage().orElseThrow().outputTokens()).isEqualTo(10);
              assertThat(it.usage().orElseThrow().reasoningTokens()).isEqualTo(7);
            });
  }

  @Test
  void aCallThatBreaksOffHasHalfItsArguments() {
    List<ModelEvent> events = ask("sim-fast!tools!eof@2", Message.user("What is the weather?"));

    assertThat(events).filteredOn(ModelEvent.ToolCall.class::isInstance).hasSize(2);
    assertThat(events.getLast()).isInstanceOf(ModelEvent.Failed.class);
  }

  @Test
  void withoutAStreamTheSameIsSaidInOne() throws Exception {
    JsonNode called = whole("sim-fast!tools@1");
    assertThat(called.at("/finish_reason").asString()).isEqualTo("tool_calls");
    assertThat(called.at("/message/content").isNull()).isTrue();
    assertThat(called.at("/message/tool_calls/0/function/name").asString()).isEqualTo("look_up");
    assertThat(called.at("/message/tool_calls")).hasSize(1);

    JsonNode refused = whole("sim-fast!refuse");
    assertThat(refused.at("/message/refusal").asString()).isNotEmpty();

    assertThat(whole("sim-fast!think@3").at("/message/reasoning_content").asString()).isNotEmpty();
  }

  private JsonNode whole(String name) throws Exception {
    String body =
        "{\"model\": \"" + name + "\", \"messages\": [{\"role\": \"user\", \"content\": \"Hm\"}]}";
    HttpRequest request =
        HttpRequest.newBuilder(simulator.baseUrl().resolve("/v1/chat/completions"))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return JsonMapper.shared().readTree(answer).at("/choices/0");
    }
  }

  private List<ModelEvent> ask(String name, Message... messages) {
    List<ModelEvent> events = new ArrayList<>();
    ModelRequest request = ModelRequest.of(name, List.of(messages)).with(TOOLS);
    try (ModelCall call = model.open(request)) {
      call.forEach(events::add);
    }
    return events;
  }

  private static String text(List<ModelEvent> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> {
      if (event instanceof ModelEvent.Text(var piece)) {
        text.append(piece);
      }
    });
    return text.toString();
  }
}
