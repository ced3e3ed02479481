package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ApiKey;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.api.admin.AdminApi;
import dev.everbrook.server.api.aisdk.AiSdkApi;
import dev.everbrook.server.api.chat.ChatApi;
import dev.everbrook.server.api.chat.ChatChangesApi;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.api.openai.OpenAiApi;
import dev.everbrook.server.api.work.WorkApi;
import dev.everbrook.server.chat.ChatChanges;
import dev.everbrook.server.chat.Chats;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LostConnections;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * A client whose question was committed is never told to ask again, though the database has no
 * connection left to look at what became of it.
 */
class AskedIsAskedTest {

  private static final String MODEL = "sim-fast";
  private static final int ALWAYS = 1_000;
  private static final int SOME = 2;

  private static Simulator simulator;
  private static OpenAiModel model;
  private static HikariDataSource pool;
  private static LostConnections source;
  private static Engine engine;
  private static OpenAiApi openai;
  private static Edge edge;
  private static Http http;

  @BeforeAll
  static void start() throws Exception {
    Access access = TestPostgres.newDatabase();
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
    model = new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.of("any-key-at-all")));
    pool = Pool.open(access.url(), access.user(), access.password(), 10);
    source = new LostConnections(pool);
    engine = Engine.start(source, model, EngineSettings.DEFAULT);
    openai = new OpenAiApi(engine, World.real(), model, MODEL);
    Gate open = new Gate("This", "A_TOKEN", Optional.empty(), true);
    Routes routes = new Routes();
    Chats chats = new Chats(engine, World.real(), new Chats.Answerer(MODEL, true));
    new ChatApi(chats, engine.log(), engine.tails()).on(routes);
    new ChatChangesApi(new ChatChanges(engine, World.real())).on(routes);
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    new AiSdkApi(engine, MODEL).on(routes);
    new AdminApi(engine, open).on(routes);
    new WorkApi(engine.database(), engine.jobs(), engine.channels(), open).on(routes);
    openai.on(routes);
    edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes);
    http = new Http(URI.create("http://127.0.0.1:" + edge.port()));
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
    openai.close();
    engine.close();
    pool.close();
    model.close();
    simulator.close();
  }

  @BeforeEach
  void nothingIsMissing() {
    source.missing(0);
    source.none(false);
  }

  @Test
  void aStreamedQuestionNeedsNothingOfTheDatabaseAfterItsCommit() throws Exception {
    source.missing(ALWAYS);
    Map<String, Object> completion =
        Map.of("model", MODEL, "stream", true, "messages", List.of(user("Hello? words:5")));
    List<Map.Entry<String, Object>> requests =
        List.of(
            Map.entry("/chat", Map.of("prompt", "Hello? words:5", "stream", true)),
            Map.entry("/v1/chat/completions", completion),
            Map.entry(
                "/v1/responses", Map.of("model", MODEL, "stream", true, "input", "Hello? words:5")),
            Map.entry(
                "/api/chat",
                Map.of(
                    "id",
                    "c1",
                    "messages",
                    List.of(
                        Map.of(
                            "id",
                            "m1",
                            "role",
                            "user",
                            "parts",
                            List.of(Map.of("type", "text", "text", "Hello? words:5")))))));
    for (var request : requests) {
      long before = answers();
      Http.Answered answered = http.post(request.getKey(), request.getValue());
      assertThat(answered.status()).as(request.getKey()).isEqualTo(200);
      assertThat(answered.headers().firstValue("everbrook-stream")).isPresent();
      assertThat(answered.body()).as(request.getKey()).contains("data: ");
      assertThat(answers()).as(request.getKey()).isEqualTo(before + 1);
    }
  }

  @Test
  void aQuestionInTheBackgroundIsNamedAfterItsCommit() throws Exception {
    source.missing(ALWAYS);
    Http.Answered answered =
        http.post(
            "/v1/responses", Map.of("model", MODEL, "background", true, "input", "Hi. words:5"));
    assertThat(answered.status()).as(answered.body()).isEqualTo(200);
    assertThat(answered.json().path("id").asString()).startsWith("resp_");
    assertThat(answered.json().path("model").asString()).isEqualTo(MODEL);
    assertThat(answered.json().path("status").asString()).isEqualTo("queued");
    assertThat(http.get("/v1/responses/" + answered.json().path("id").asString()).status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"/chat", "/v1/chat/completions", "/v1/responses"})
  void anAnswerThatIsWaitedForIsReadAgain(String path) throws Exception {
    source.missing(SOME);
    Http.Answered answered = http.post(path, whole(path));
    assertThat(answered.status()).as(answered.body()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"/chat", "/v1/chat/completions", "/v1/responses"})
  void anAnswerThatCannotBeReadIsSaidToBeUnderWay(String path) throws Exception {
    source.missing(ALWAYS);
    long before = answers();
    Http.Answered answered = http.post(path, whole(path));
    assertThat(answered.status()).isEqualTo(503);
    assertThat(answered.body()).contains("is still being written").doesNotContain("again");
    assertThat(answers()).isEqualTo(before + 1);
    if (!path.equals("/chat")) {
      assertThat(answered.headers().firstValue("x-should-retry")).contains("false");
    }
  }

  @Test
  void aRetryAndABranchAndARepeatedSendAreAnsweredFromWhatIsKnown() throws Exception {
    JsonNode asked = http.post("/chat", Map.of("prompt", "Hello? words:5")).json();
    String chat = asked.path("chatId").asString();
    String answer = new ChatClient(http).answer(chat).path("id").asString();
    source.missing(ALWAYS);
    Http.Answered branch = http.post("/chat/" + chat + "/branch", Map.of("message", answer));
    assertThat(branch.status()).as(branch.body()).isEqualTo(201);
    Http.Answered retried = http.post("/chat/" + chat + "/messages/" + answer + "/retry", "");
    assertThat(retried.status()).as(retried.body()).isEqualTo(202);
    assertThat(retried.json().path("streamId").asString()).isNotBlank();
    String key = "3f0c9a52-8d0e-4f57-9a57-4c8f1f7c0a11";
    String stream = "";
    for (int i = 0; i < 2; i++) {
      try (Reader reader =
          http.postAndFollow(
              "/chat", Map.of("prompt", "Once. words:5", "stream", true), "Idempotency-Key", key)) {
        assertThat(reader.status()).isEqualTo(200);
        String named = reader.header("everbrook-stream").orElseThrow();
        assertThat(named).isEqualTo(stream.isEmpty() ? named : stream);
        stream = named;
        reader.awaitEnd();
      }
    }
  }

  @Test
  void whatAnOperatorChangedIsToldOrPointedTo() throws Exception {
    source.missing(ALWAYS);
    assertThat(
            http.post("/v1/work/queues/q/jobs", Map.of("kind", "k", "payload", Map.of())).status())
        .isEqualTo(201);
    Http.Answered paused = http.exchange("PATCH", "/v1/queues/q", "{\"paused\":true}");
    Http.Answered scheduled =
        http.exchange(
            "PUT",
            "/v1/schedules/every%20day",
            "{\"queue\":\"q\",\"kind\":\"k\",\"every_ms\":86400000}");
    Http.Answered lane = http.exchange("PUT", "/v1/queues/q/lanes/l", "{\"at_once\":2}");
    assertThat(paused.status()).as(paused.body()).isEqualTo(202);
    assertThat(scheduled.status()).as(scheduled.body()).isEqualTo(202);
    assertThat(lane.status()).as(lane.body()).isEqualTo(202);
    source.missing(0);
    assertThat(http.get("/v1/queues/q").json().path("paused").asBoolean()).isTrue();
    assertThat(http.get(scheduled.json().path("href").asString()).status()).isEqualTo(200);
  }

  @Test
  void aRequestThatFindsNoConnectionIsToldThatAndNotThatTheDatabaseIsAway() throws Exception {
    long before = answers();
    source.none(true);
    Http.Answered answered = http.post("/chat", Map.of("prompt", "Hello? words:5"));
    source.none(false);
    assertThat(answered.status()).isEqualTo(503);
    assertThat(answered.message())
        .contains("All connections of this server to the database are in use");
    assertThat(answers()).isEqualTo(before);
  }

  private static Map<String, Object> whole(String path) {
    return switch (path) {
      case "/chat" -> Map.of("prompt", "Hello? words:5");
      case "/v1/responses" -> Map.of("model", MODEL, "input", "Hello? words:5");
      default -> Map.of("model", MODEL, "messages", List.of(user("Hello? words:5")));
    };
  }

  private static Map<String, String> user(String text) {
    return Map.of("role", "user", "content", text);
  }

  private static long answers() {
    return engine
        .database()
        .first("SELECT count(*) FROM everbrook.stream WHERE kind = 'answer'", r -> r.getLong(1))
        .orElseThrow();
  }
}
