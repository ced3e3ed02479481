package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.models.Model;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseItem;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's client for Java, unmodified, which checks every field of what it is told. */
@ExtendWith(SharedScene.class)
class OpenAiJavaTest {

  private static final String MODEL = "sim-fast";

  private static Scene scene;
  private static OpenAIClient client;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(scene.server().base() + "/v1")
            .apiKey("any")
            .maxRetries(0)
            .responseValidation(true)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
  }

  @Test
  void modelsAreListedAndFound() {
    assertThat(client.models().list().autoPager()).extracting(Model::id).contains(MODEL);
    assertThat(client.models().retrieve(MODEL).id()).isEqualTo(MODEL);
    assertThatThrownBy(() -> client.models().retrieve("none"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aWholeCompletionHasTheTextOfAStreamedOne() {
    ChatCompletion whole = client.chat().completions().create(chat(MODEL, "both? words:20"));

    assertThat(words(content(whole))).isEqualTo(20);
    assertThat(content(streamed(chat(MODEL, "both? words:20")))).isEqualTo(content(whole));
    assertThat(streamed(chat(MODEL, "both? words:20")).usage()).isEqualTo(whole.usage());
  }

  @Test
  void toolsGoRoundWhole() {
    ChatCompletionCreateParams asked =
        chat(MODEL + "!tools@2", "weather?").toBuilder().addFunctionTool(weather()).build();
    ChatCompletion first = streamed(asked);
    ChatCompletionCreateParams.Builder next =
        asked.toBuilder().addMessage(first.choices().getFirst().message());
    for (var call : first.choices().getFirst().message().toolCalls().orElseThrow()) {
      ChatCompletionMessageFunctionToolCall function = call.asFunction();
      assertThat(function.function().arguments()).contains("place");
      next.addMessage(
          ChatCompletionToolMessageParam.builder()
              .toolCallId(function.id())
              .content("sun and wind")
              .build());
    }

    ChatCompletion second = client.chat().completions().create(next.build());

    assertThat(first.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(content(second)).contains("The tool said", "sun and wind");
  }

  @Test
  void failuresAreStatusesBeforeTheFirstTokenAndErrorsAfter() {
    assertThatThrownBy(() -> streamed(chat(MODEL + "!401", "key?")))
        .isInstanceOf(InternalServerException.class);
    assertThatThrownBy(() -> streamed(chat("sim-none", "model?")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> streamed(chat(MODEL + "!badjson@5", "middle? words:20")))
        .isInstanceOf(SseException.class);
  }

  @Test
  void everyEventOfAResponsePassesTheCheck() {
    for (String model : List.of(MODEL + "!think@4", MODEL + "!tools@2", MODEL + "!refuse")) {
      List<ResponseStreamEvent> events = streamed(response(model, "checked? words:6"));
      Response last = accumulated(events);

      assertThat(events.getFirst().isCreated()).isTrue();
      assertThat(last.status()).contains(ResponseStatus.COMPLETED);
      assertThat(client.responses().retrieve(last.id())).isEqualTo(last);
    }
  }

  @Test
  void everyEndOfAResponsePassesTheCheck() {
    Map<String, ResponseStatus> ends =
        Map.of(
            "!len@3", ResponseStatus.INCOMPLETE,
            "!badjson@5", ResponseStatus.FAILED,
            "!401", ResponseStatus.FAILED);
    ends.forEach((fault, status) -> {
      Response last = accumulated(streamed(response(MODEL + fault, "ends? words:9")));

      assertThat(last.status()).as(fault).contains(status);
      assertThat(client.responses().retrieve(last.id())).isEqualTo(last);
    });
  }

  @Test
  void cutAtEveryEventNothingIsLostOrDoubled() {
    Response begun =
        client
            .responses()
            .create(response("sim-8b", "cut? words:15").toBuilder().background(true).build());
    List<ResponseStreamEvent> live = new ArrayList<>();
    while (live.isEmpty() || !live.getLast().isCompleted()) {
      try (StreamResponse<ResponseStreamEvent> rest =
          client.responses().retrieveStreaming(after(begun.id(), live.size() - 1))) {
        live.add(rest.stream().findFirst().orElseThrow());
      }
    }
    List<ResponseStreamEvent> replayed = replayed(begun.id(), -1);

    assertThat(live).isEqualTo(replayed);
    for (int cut = 0; cut < replayed.size(); cut++) {
      assertThat(replayed(begun.id(), cut)).isEqualTo(replayed.subList(cut + 1, replayed.size()));
    }
  }

  @Test
  void aCancelledResponseIsCutAndSaysSo() {
    List<ResponseStreamEvent> events = new ArrayList<>();
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(response("sim-slow", "cancel? words:99"))) {
      stream.stream()
          .forEach(event -> {
            events.add(event);
            if (event.isOutputTextDelta()) {
              Response created = events.getFirst().asCreated().response();
              assertThat(client.responses().cancel(created.id()).status())
                  .contains(ResponseStatus.CANCELLED);
            }
          });
    }

    assertThat(accumulated(events).status()).contains(ResponseStatus.CANCELLED);
  }

  @Test
  void aConversationGoesOnIsListedAndIsDeleted() {
    Response first = client.responses().create(response(MODEL, "one words:3"));
    Response second =
        client
            .responses()
            .create(
                response(MODEL, "two words:4").toBuilder().previousResponseId(first.id()).build());
    List<ResponseItem> items =
        client.responses().inputItems().list(second.id()).autoPager().stream().toList();
    client.responses().delete(first.id());

    assertThat(second.previousResponseId()).contains(first.id());
    assertThat(items).hasSize(1);
    assertThatThrownBy(() -> client.responses().retrieve(first.id()))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() ->
            client
                .responses()
                .create(
                    response(MODEL, "three").toBuilder().previousResponseId(second.id()).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("deleted");
  }

  @Test
  void everyKindOfInputItemPassesTheCheck() {
    List<ResponseInputItem> input =
        List.of(
            said(EasyInputMessage.Role.SYSTEM, "Be brief."),
            said(EasyInputMessage.Role.USER, "weather?"),
            said(EasyInputMessage.Role.ASSISTANT, "Let me look."),
            ResponseInputItem.ofFunctionCall(
                ResponseFunctionToolCall.builder()
                    .callId("call_1")
                    .name("weather")
                    .arguments("{}")
                    .build()),
            ResponseInputItem.ofFunctionCallOutput(
                ResponseInputItem.FunctionCallOutput.builder()
                    .callId("call_1")
                    .output("sun and wind")
                    .build()));
    Response response =
        client.responses().create(response(MODEL, "").toBuilder().inputOfResponse(input).build());

    assertThat(client.responses().inputItems().list(response.id()).autoPager()).hasSize(5);
    assertThat(response.output().getFirst().asMessage().content().getFirst().asOutputText().text())
        .contains("The tool said", "sun and wind");
  }

  private static ResponseInputItem said(EasyInputMessage.Role role, String text) {
    return ResponseInputItem.ofEasyInputMessage(
        EasyInputMessage.builder().role(role).content(text).build());
  }

  private static ChatCompletionCreateParams chat(String model, String prompt) {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .addUserMessage(prompt)
        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
        .build();
  }

  private static ResponseCreateParams response(String model, String prompt) {
    return ResponseCreateParams.builder()
        .model(model)
        .input(prompt)
        .instructions("Be brief.")
        .temperature(0.5)
        .putAdditionalBodyProperty("everbrook_knows_nothing_of_this", JsonValue.from(1))
        .build();
  }

  private static FunctionDefinition weather() {
    return FunctionDefinition.builder()
        .name("weather")
        .parameters(
            FunctionParameters.builder()
                .putAdditionalProperty("type", JsonValue.from("object"))
                .putAdditionalProperty(
                    "properties", JsonValue.from(Map.of("place", Map.of("type", "string"))))
                .build())
        .build();
  }

  private static ChatCompletion streamed(ChatCompletionCreateParams asked) {
    ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(asked)) {
      stream.stream().forEach(whole::accumulate);
    }
    return whole.chatCompletion();
  }

  private static List<ResponseStreamEvent> streamed(ResponseCreateParams asked) {
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(asked)) {
      return stream.stream().toList();
    }
  }

  private static ResponseRetrieveParams after(String id, long number) {
    return ResponseRetrieveParams.builder().responseId(id).startingAfter(number).build();
  }

  private static List<ResponseStreamEvent> replayed(String id, long after) {
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().retrieveStreaming(after(id, after))) {
      return stream.stream().toList();
    }
  }

  private static Response accumulated(List<ResponseStreamEvent> events) {
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    events.forEach(accumulator::accumulate);
    return accumulator.response();
  }

  private static String content(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElse("");
  }

  private static int words(String text) {
    return text.strip().split("\\s+").length;
  }
}
