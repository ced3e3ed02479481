package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Server;
import dev.everbrook.server.testing.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAI dialect where the edge has its say: refusals, and a server that stops. */
class OpenAiEdgeTest {

  private static final int BODY_BYTES_MAX = 20 << 20;

  private static Scene scene;
  private static Server server;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(it -> it);
    server = scene.server();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void whatTheEdgeRefusesHasTheFormThatClientsRead() throws Exception {
    Http http = server.http();
    Http.Answered noJson = http.post("/v1/chat/completions", "{");
    Http.Answered nowhere = http.send("DELETE", "/v1/responses");
    Http.Answered unknown = http.post("/v1/embeddings", "{}");
    String tooLong =
        RawHttp.exchange(
            server.base(),
            "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + (BODY_BYTES_MAX + 1)
                + "\r\n\r\n"
                + "x".repeat(BODY_BYTES_MAX + 1));

    assertThat(List.of(noJson.status(), nowhere.status())).containsExactly(400, 405);
    assertThat(unknown.status()).isEqualTo(404);
    for (Http.Answered refused : List.of(noJson, nowhere, unknown)) {
      assertThat(refused.json().at("/error/message").asString()).isNotEmpty();
      assertThat(refused.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
    }
    assertThat(tooLong)
        .startsWith("HTTP/1.1 413 ")
        .contains("{\"error\":{\"message\":\"A body may have at most " + BODY_BYTES_MAX);
  }

  @Test
  void aPictureOfSomeMegabytesIsTaken() throws Exception {
    String picture = "data:image/png;base64," + "A".repeat(3 << 20);
    String body =
        "{\"model\":\"sim-fast\",\"input\":[{\"role\":\"user\",\"content\":["
            + "{\"type\":\"input_text\",\"text\":\"what? words:3\"},"
            + "{\"type\":\"input_image\",\"image_url\":\""
            + picture
            + "\"}]}]}";

    Http.Answered answered = server.http().post("/v1/responses", body);

    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.headers().firstValue("everbrook-stream")).isPresent();
  }

  @Test
  void aServerThatStopsBreaksOffAndAnotherHasTheWholeAnswer() throws Exception {
    ServerProcess stops = scene.another(UnaryOperator.identity());
    ChatCompletionCreateParams asked =
        ChatCompletionCreateParams.builder()
            .model("sim-8b")
            .addUserMessage("who stops? words:500")
            .putAdditionalHeader("Idempotency-Key", "who stops")
            .build();
    OpenAIClient before = client(stops);
    OpenAIClient after = client(server);
    try {
      assertThatThrownBy(() -> readAndStop(before, asked, stops))
          .isInstanceOf(OpenAIException.class);
      ChatCompletion whole = after.chat().completions().create(asked);

      assertThat(whole.choices().getFirst().message().content().orElse("").strip().split("\\s+"))
          .hasSize(500);
    } finally {
      before.close();
      after.close();
    }
  }

  @Test
  void whoWaitsForAWholeAnswerAsTheServerStopsIsToldWhereItWillBe() throws Exception {
    for (String path : List.of("/v1/chat/completions", "/v1/responses")) {
      assertTold(path, false);
      assertTold(path, true);
    }
  }

  private static void assertTold(String path, boolean keyed) throws Exception {
    Server stops = scene.anotherWithin(UnaryOperator.identity());
    Http http = stops.http();
    String asked =
        path.endsWith("completions")
            ? "{\"model\":\"sim-slow\",\"messages\":[{\"role\":\"user\",\"content\":\"words:500\"}]}"
            : "{\"model\":\"sim-slow\",\"input\":\"words:500\"}";
    String[] headers = keyed ? new String[] {"Idempotency-Key", path} : new String[0];
    CompletableFuture<Http.Answered> waiting = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            waiting.complete(http.post(path, asked, headers));
          } catch (Exception e) {
            waiting.completeExceptionally(e);
          }
        });
    while (http.metric("everbrook_stream_readers") == 0) {
      LockSupport.parkNanos(20_000_000);
    }
    Thread.ofVirtual().start(stops::close);

    Http.Answered told = waiting.get(30, TimeUnit.SECONDS);
    String stream = told.headers().firstValue("everbrook-stream").orElseThrow();
    assertThat(told.status()).isEqualTo(503);
    assertThat(told.headers().firstValue("x-should-retry")).hasValue("" + keyed);
    assertThat(told.json().at("/error/message").asString()).contains("/v1/streams/" + stream);
    assertThat(server.client().cancel(stream).status()).isIn(200, 202);
  }

  @Test
  void aLastEventIdWithoutAKeyIsRefusedAndWithANewOneTakesNothingAway() throws Exception {
    String path = "/v1/chat/completions";
    String asked =
        "{\"model\":\"sim-fast\",\"stream\":true,\"messages\":"
            + "[{\"role\":\"user\",\"content\":\"from where? words:9\"}]}";
    Http http = server.http();
    Http.Answered unkeyed = http.post(path, asked, "Last-Event-ID", "7");
    String[] returning = {"Last-Event-ID", "7", "Idempotency-Key", "from where"};
    Http.Answered whole = http.post(path, asked, returning);
    Http.Answered rest = http.post(path, asked, returning);
    Http.Answered beyond =
        http.post(path, asked, "Last-Event-ID", "999", "Idempotency-Key", "from where");

    assertThat(unkeyed.status()).isEqualTo(400);
    assertThat(unkeyed.json().at("/error/message").asString()).contains("Idempotency-Key");
    assertThat(words(whole)).hasSize(9);
    assertThat(words(rest)).hasSizeLessThan(9).isNotEmpty();
    assertThat(beyond.status()).isEqualTo(400);
    assertThat(beyond.json().at("/error/message").asString()).contains("999", "the last event");
  }

  private static List<String> words(Http.Answered streamed) {
    StringBuilder text = new StringBuilder();
    for (String line : streamed.body().lines().toList()) {
      if (line.startsWith("data: {")) {
        text.append(
            JsonMapper.shared()
                .readTree(line.substring("data: ".length()))
                .at("/choices/0/delta/content")
                .asString(""));
      }
    }
    return List.of(text.toString().strip().split("\\s+"));
  }

  @Test
  void aResponseIsNotFollowedFromBehindItsEnd() throws Exception {
    Http http = server.http();
    Http.Answered whole =
        http.post("/v1/responses", "{\"model\":\"sim-fast\",\"input\":\"words:3\"}");
    String stream = whole.headers().firstValue("everbrook-stream").orElseThrow();
    long last = server.client().whole(stream).last();
    String path = "/v1/responses/" + whole.json().path("id").asString();

    assertThat(http.get(path + "?stream=true&starting_after=" + last).status()).isEqualTo(200);
    Http.Answered beyond = http.get(path + "?stream=true&starting_after=" + (last + 1));
    assertThat(beyond.status()).isEqualTo(400);
    assertThat(beyond.json().at("/error/param").asString()).isEqualTo("starting_after");
    assertThat(beyond.json().at("/error/message").asString()).endsWith("number " + last + ".");
  }

  @Test
  void whatWasReplacedByToolsAndWhatNoModelIsCalledAreRefused() throws Exception {
    String ask = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    List<String> refused =
        List.of(
            "{\"model\":\"sim-fast\",\"functions\":[{\"name\":\"f\"}]," + ask,
            "{\"model\":\"sim-fast\",\"function_call\":\"auto\"," + ask,
            "{\"model\":\"a\\u0000b\"," + ask,
            "{\"model\":\"a\\ud800b\"," + ask,
            "{\"model\":\"\\udc00\"," + ask,
            "{\"model\":\"" + "m".repeat(201) + "\"," + ask);
    List<String> params = new ArrayList<>();
    for (String body : refused) {
      Http.Answered answered = server.http().post("/v1/chat/completions", body);
      assertThat(answered.status()).isEqualTo(400);
      params.add(answered.json().at("/error/param").asString());
    }
    assertThat(params)
        .containsExactly("functions", "function_call", "model", "model", "model", "model");
    for (String model : List.of("a\\u0000b", "a\\ud800b", "m".repeat(201))) {
      String body =
          "{\"id\":\"c\",\"model\":\""
              + model
              + "\",\"messages\":[{\"id\":\"q\",\"role\":\"user\",\"parts\":"
              + "[{\"type\":\"text\",\"text\":\"hi\"}]}]}";
      Http.Answered answered = server.http().post("/api/chat", body);
      assertThat(answered.status()).isEqualTo(400);
      assertThat(answered.message()).startsWith("model must be");
    }
    String chat = "{\"id\":\"a\\udc00\",\"messages\":[]}";
    assertThat(server.http().post("/api/chat", chat).message()).startsWith("id must have");
  }

  /** A clean end would pass for a whole answer: this client's stream does not look at it. */
  private static void readAndStop(
      OpenAIClient client, ChatCompletionCreateParams asked, ServerProcess server) {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(asked)) {
      stream.stream().peek(_ -> server.terminate()).forEach(_ -> {});
    }
  }

  private static OpenAIClient client(Server server) throws InterruptedException {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.base() + "/v1")
        .apiKey("any")
        .maxRetries(0)
        .build();
  }
}
