package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.DatabaseLine;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A database that takes connections and statements and says nothing: as one that stands still. */
class HangingDatabaseTest {

  private static final Duration MOST = Duration.ofSeconds(10);

  private static final String SILENT = "ask sim-slow!stall@0: say nothing";

  private record Ended(int status, String message, Duration after, String retry) {}

  @Test
  void everyRequestEndsWithinTenSecondsAndServiceReturnsWithTheDatabase() throws Exception {
    try (Scene scene = Scene.empty(told -> told.without(Told.CONNECTIONS));
        DatabaseLine line = DatabaseLine.to(scene.told());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Http http = scene.another(line::through).http();
      JsonNode asked =
          http.post("/chat", Map.of("prompt", "Before. words:5", "stream", false)).json();
      String chat = asked.path("chatId").asString("");
      assertThat(chat).isNotEmpty();
      http.exchange("PUT", "/v1/stream/there", "", "Content-Type", "text/plain");

      Map<String, Future<Ended>> ends = new LinkedHashMap<>();
      AtomicLong frozen = new AtomicLong();
      for (Map.Entry<String, Callable<Http.Answered>> request : parked(http).entrySet()) {
        ends.put(request.getKey(), threads.submit(() -> timed(request.getValue(), frozen)));
      }
      assertThat(scene.simulator().journal().await(it -> it.number() == 4, MOST)).isPresent();
      frozen.set(System.nanoTime());
      line.breaks(DatabaseLine.Break.FROZEN);
      for (Map.Entry<String, Callable<Http.Answered>> request : requests(http, chat).entrySet()) {
        ends.put(request.getKey(), threads.submit(() -> timed(request.getValue(), frozen)));
      }
      List<String> wrong = new ArrayList<>();
      Map<String, String> retries = new LinkedHashMap<>();
      for (Map.Entry<String, Future<Ended>> end : ends.entrySet()) {
        Ended ended = end.getValue().get();
        retries.put(end.getKey(), ended.retry());
        boolean accepted = end.getKey().contains("whole"); // the question was committed before
        if (ended.status() != 503
            || ended.after().compareTo(MOST) > 0
            || !ended.message().contains(accepted ? "being written" : "database")) {
          wrong.add(end.getKey() + ": " + ended);
        }
      }
      assertThat(wrong).isEmpty();
      assertThat(retries)
          .containsEntry("a whole completion", "false")
          .containsEntry("a whole response", "false")
          .containsEntry("a page", "");
      assertThat(http.get("/healthz").status()).isEqualTo(200);

      line.mend();
      scene.server().awaitReady();
      assertThat(http.get("/chat/" + chat).status()).isEqualTo(200);
    }
  }

  private static Map<String, Callable<Http.Answered>> requests(Http http, String chat) {
    Map<String, Callable<Http.Answered>> requests = new LinkedHashMap<>();
    requests.put("a page", () -> http.get("/"));
    requests.put("the list", () -> http.get("/chats"));
    requests.put("a chat", () -> http.get("/chat/" + chat));
    requests.put("a question", () -> http.post("/chat", Http.prompt("Hello?")));
    requests.put(
        "a question, streamed",
        () -> http.post("/chat", Map.of("prompt", "Hello?", "stream", true)));
    requests.put("a completion", () -> complete(http, "Hello?"));
    requests.put(
        "a response",
        () -> http.post("/v1/responses", Map.of("model", Scene.MODEL, "input", "Hello?")));
    requests.put("an answer", () -> http.get("/v1/streams/" + UUID.randomUUID()));
    requests.put("a stop", () -> http.post("/v1/streams/" + UUID.randomUUID() + "/cancel", ""));
    requests.put("a removal", () -> http.send("DELETE", "/chat/" + UUID.randomUUID()));
    requests.put("a stream", () -> http.get("/v1/stream/there"));
    requests.put(
        "an append", () -> http.post("/v1/stream/there", "more", "Content-Type", "text/plain"));
    requests.put("the queues", () -> http.get("/v1/queues"));
    requests.put("the jobs", () -> http.get("/v1/jobs"));
    requests.put(
        "a job",
        () -> http.post("/v1/work/queues/q/jobs", Map.of("kind", "k", "payload", Map.of())));
    requests.put("readiness", () -> http.get("/readyz"));
    return requests;
  }

  /** What waits for an answer, an event or a job when the database stops. */
  private static Map<String, Callable<Http.Answered>> parked(Http http) {
    Map<String, Callable<Http.Answered>> requests = new LinkedHashMap<>();
    requests.put(
        "a chat's whole answer",
        () -> http.post("/chat", Map.of("prompt", SILENT, "stream", false)));
    requests.put("a whole completion", () -> complete(http, SILENT));
    requests.put(
        "a whole response",
        () -> http.post("/v1/responses", Map.of("model", Scene.MODEL, "input", SILENT)));
    requests.put("a long poll", () -> http.get("/v1/stream/there?offset=now&live=long-poll"));
    return requests;
  }

  private static Http.Answered complete(Http http, String prompt) throws Exception {
    List<Map<String, String>> messages = List.of(Map.of("role", "user", "content", prompt));
    return http.post("/v1/chat/completions", Map.of("model", Scene.MODEL, "messages", messages));
  }

  private static Ended timed(Callable<Http.Answered> request, AtomicLong frozen) throws Exception {
    Http.Answered answered = request.call();
    Duration after = Duration.ofNanos(System.nanoTime() - frozen.get());
    String message =
        answered.body().startsWith("{")
            ? JsonMapper.shared().readTree(answered.body()).toString()
            : answered.body();
    String retry = answered.headers().firstValue("x-should-retry").orElse("");
    return new Ended(answered.status(), message, after, retry);
  }
}
