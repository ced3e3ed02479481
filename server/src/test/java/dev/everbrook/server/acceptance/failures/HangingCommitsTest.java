package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Told;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A database that answers every question and commits nothing, as one does whose synchronous standby
 * is away: what waits for a commit is told within ten seconds, and what was committed before is not
 * told to be asked again.
 */
class HangingCommitsTest {

  private static final Duration MOST = Duration.ofSeconds(10);
  private static final List<String> TABLES =
      List.of("chat", "chat_message", "stream", "chunk", "channel", "job", "job_done", "answer");

  private record Ended(
      int status, String body, Map<String, List<String>> headers, Duration after) {}

  @Test
  void whatWaitsForACommitEndsInTimeThoughReadsAreServed() throws Exception {
    try (Scene scene = Scene.within(told -> told.without(Told.CONNECTIONS));
        Connection standby = scene.told().connect();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Http http = scene.http();
      String chat =
          http.post("/chat", Map.of("prompt", "Before. words:5", "stream", false))
              .json()
              .path("chatId")
              .asString("");
      http.exchange("PUT", "/v1/stream/there", "", "Content-Type", "text/plain");
      AtomicBoolean over = new AtomicBoolean();
      Future<Boolean> reading = threads.submit(() -> readOn(http, over));
      stall(standby);

      Map<String, Future<Ended>> ends = new LinkedHashMap<>();
      for (Map.Entry<String, Callable<Http.Answered>> request : writes(http, chat).entrySet()) {
        ends.put(request.getKey(), threads.submit(() -> timed(request.getValue())));
      }
      List<String> wrong = new ArrayList<>();
      for (Map.Entry<String, Future<Ended>> end : ends.entrySet()) {
        Ended ended = end.getValue().get();
        if (ended.status() != 503 || ended.after().compareTo(MOST) > 0) {
          wrong.add(end.getKey() + ": " + ended);
        }
      }
      assertThat(wrong).isEmpty();
      over.set(true);
      assertThat(reading.get()).as("reads are served all the while").isTrue();

      try (Statement statement = standby.createStatement()) {
        statement.execute("SELECT pg_advisory_unlock(42)");
      }
      assertThat(http.post("/chat", Map.of("prompt", "After. words:5", "stream", false)).status())
          .isEqualTo(200);
    }
  }

  private static boolean readOn(Http http, AtomicBoolean over) throws Exception {
    boolean well = true;
    while (!over.get() && well) {
      well = http.get("/chats").status() == 200;
      Await.rest();
    }
    return well;
  }

  private static Map<String, Callable<Http.Answered>> writes(Http http, String chat) {
    Map<String, Callable<Http.Answered>> requests = new LinkedHashMap<>();
    requests.put("a question", () -> http.post("/chat", Map.of("prompt", "Hi?", "stream", false)));
    requests.put(
        "a question, streamed", () -> http.post("/chat", Map.of("prompt", "Hi?", "stream", true)));
    requests.put(
        "a response",
        () -> http.post("/v1/responses", Map.of("model", Scene.MODEL, "input", "Hi")));
    requests.put(
        "an append", () -> http.post("/v1/stream/there", "more", "Content-Type", "text/plain"));
    requests.put(
        "a stream", () -> http.exchange("PUT", "/v1/stream/new", "", "Content-Type", "text/plain"));
    requests.put("a removal", () -> http.send("DELETE", "/chat/" + chat));
    requests.put(
        "a job",
        () -> http.post("/v1/work/queues/q/jobs", Map.of("kind", "k", "payload", Map.of())));
    return requests;
  }

  private static Ended timed(Callable<Http.Answered> request) throws Exception {
    long start = System.nanoTime();
    Http.Answered answered = request.call();
    return new Ended(
        answered.status(),
        answered.body(),
        answered.headers().map(),
        Duration.ofNanos(System.nanoTime() - start));
  }

  /** From here on no transaction that changes a row of these commits while the lock is held. */
  private static void stall(Connection standby) throws Exception {
    try (Statement statement = standby.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(42)");
      statement.execute(
          """
          CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_advisory_xact_lock_shared(42);
            RETURN NULL;
          END $$
          """);
      for (String table : TABLES) {
        statement.execute(
            """
            CREATE CONSTRAINT TRIGGER stall AFTER INSERT OR UPDATE OR DELETE ON everbrook.%s
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stall()
            """
                .formatted(table));
      }
    }
  }
}
