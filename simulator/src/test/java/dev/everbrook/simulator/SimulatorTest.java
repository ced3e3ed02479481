package dev.everbrook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The simulator as seen from raw sockets and from the JDK's client. */
@Timeout(30)
class SimulatorTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  private Simulator simulator;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
  }

  @AfterEach
  void stop() throws IOException {
    simulator.close();
    http.close();
  }

  @Test
  void aStreamIsEventsEndingInDone() throws Exception {
    String body = post(streamed("sim-fast", "words:3")).body();
    assertThat(body)
        .startsWith("data: {\"id\":\"chatcmpl-sim-1\"")
        .endsWith("data: [DONE]\n\n")
        .contains("\"finish_reason\":\"stop\"")
        .doesNotContain("usage");
  }

  @Test
  void usageComesInAChunkWithoutChoicesWhenAskedFor() throws Exception {
    String body =
        post(streamed("sim-fast", "words:3", "\"stream_options\":{\"include_usage\":true}")).body();
    assertThat(body).contains("\"choices\":[],\"usage\":{").contains("\"completion_tokens\":3");
  }

  @Test
  void anAnswerComesWholeWhenNoStreamIsAskedFor() throws Exception {
    JsonNode answer = json(post(whole("sim-fast", "words:5")).body());
    assertThat(answer.at("/choices/0/message/content").asString())
        .isEqualTo(simulator.answer("sim-fast", List.of(new Turn("user", "words:5"))));
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(5);
  }

  @Test
  void tokensMaxCutsTheAnswer() throws Exception {
    JsonNode answer = json(post(whole("sim-fast", "words:5", "\"max_tokens\":2")).body());
    assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("length");
  }

  @Test
  void whatCannotBeServedIsRefusedWithReasons() throws Exception {
    var unknown = post(whole("gpt", "q"));
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("sim-8b", "!drop");
    assertThat(post(whole("sim-8b!what", "q")).statusCode()).isEqualTo(404);
    assertThat(post("{").statusCode()).isEqualTo(400);
    assertThat(post("{\"model\":\"sim-8b\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void requestsBeyondTheBoundsAreRefused() throws Exception {
    assertThat(raw("GET / HTTP/1.1\r\nX: " + "x".repeat(40_000))).startsWith("HTTP/1.1 431");
    assertThat(raw("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"))
        .startsWith("HTTP/1.1 413");
    assertThat(raw("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 505");
  }

  @Test
  void connectionsBeyondTheMostAreRefused() throws Exception {
    try (Simulator small = Simulator.start(new SimulatorSettings(0, 1, 1, 1));
        Socket _ = new Socket(InetAddress.getLoopbackAddress(), small.port());
        Socket second = new Socket(InetAddress.getLoopbackAddress(), small.port())) {
      assertThat(new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 503");
    }
  }

  @Test
  void aClientThatHangsUpIsNoticedAtOnceThoughNothingIsBeingWritten() throws Exception {
    String body = streamed("sim-8b!stall@1", "q");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), simulator.port())) {
      send(
          socket,
          "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      assertThat(simulator.journal().await(call -> call.progress().tokens() == 1, SOON))
          .isPresent();
    }
    Call call =
        simulator.journal().await(Call::closedByClient, Duration.ofSeconds(1)).orElseThrow();
    assertThat(call.finished()).isFalse();
    JsonNode seen = json(get("/sim/journal")).at("/calls/0");
    assertThat(seen.at("/closed/by").asString()).isEqualTo("CLIENT");
    assertThat(seen.at("/progress/tokens").asInt()).isEqualTo(1);
  }

  @Test
  void aWholeAnswerIsInTheJournalAsFinishedByTheServer() throws Exception {
    post(streamed("sim-fast", "words:9"));
    Call call = simulator.journal().calls().getFirst();
    assertThat(call.finished()).isTrue();
    assertThat(call.closedByClient()).isFalse();
    assertThat(call.progress().tokens()).isEqualTo(9);
    assertThat(call.attempt()).isEqualTo(1);
  }

  @Test
  void tokensComeAtTheModelsPace() throws Exception {
    long start = System.nanoTime();
    post(streamed("sim-8b", "words:50"));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(550), Duration.ofMillis(1500));
  }

  @Test
  void manyStreamsRunBesideEachOther() throws Exception {
    var streams =
        IntStream.range(0, 200)
            .mapToObj(i ->
                http.sendAsync(
                    request(streamed("sim-70b", "words:40 " + i)),
                    HttpResponse.BodyHandlers.ofString()))
            .toList();
    for (var stream : streams) {
      assertThat(stream.get(15, TimeUnit.SECONDS).body()).endsWith("data: [DONE]\n\n");
    }
  }

  @Test
  void flagsGoBeforeTheEnvironmentAndWrongOnesAreNamed() {
    assertThat(
            SimulatorMain.settings(
                new String[] {"--port=7"}, Map.of("SIMULATOR_PORT", "8", "SIMULATOR_SPEED", "2")))
        .isEqualTo(SimulatorSettings.DEFAULT.withPort(7).withSpeed(2));
    assertThatThrownBy(() -> SimulatorMain.settings(new String[] {"--prot=7"}, Map.of()))
        .hasMessageContaining("--prot=7");
    assertThatThrownBy(() -> SimulatorMain.settings(new String[] {"--port=x"}, Map.of()))
        .hasMessageContaining("'x'");
  }

  private static String streamed(String model, String question, String... more) {
    return whole(
        model,
        question,
        Stream.concat(Stream.of("\"stream\":true"), Stream.of(more)).toArray(String[]::new));
  }

  private static String whole(String model, String question, String... more) {
    String fields = Stream.of(more).map(field -> "," + field).collect(Collectors.joining());
    return "{\"model\":\""
        + model
        + "\""
        + fields
        + ",\"messages\":[{\"role\":\"user\",\"content\":\""
        + question
        + "\"}]}";
  }

  private HttpResponse<String> post(String body) throws Exception {
    return http.send(request(body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String body) {
    return HttpRequest.newBuilder(simulator.baseUrl().resolve("/v1/chat/completions"))
        .version(HttpClient.Version.HTTP_1_1)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private String get(String path) throws Exception {
    var request = HttpRequest.newBuilder(simulator.baseUrl().resolve(path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), simulator.port())) {
      send(socket, request);
      byte[] head = socket.getInputStream().readNBytes(20);
      return new String(head, StandardCharsets.UTF_8);
    }
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
