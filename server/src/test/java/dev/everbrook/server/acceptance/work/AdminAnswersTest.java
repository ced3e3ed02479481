package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Server;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an operator says through the API is obeyed by the answers of a server, and measured. */
class AdminAnswersTest {

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(40);

  private Scene scene;
  private Http http;

  @BeforeEach
  void start() throws Exception {
    scene = Scene.within(it -> it);
    http = scene.http();
  }

  @AfterEach
  void stop() throws Exception {
    scene.close();
  }

  @Test
  void aQueueThatIsPausedHoldsItsAnswersUntilItIsResumed() throws Exception {
    http.exchange("PATCH", "/v1/queues/answers", "{\"paused\":true}");
    ChatClient.Begun begun = scene.client().begin("wait for it, " + UUID.randomUUID());
    JsonNode waiting = http.get("/v1/jobs?queue=answers&state=ready").json().path("jobs");
    assertThat(waiting.size()).isOne();
    long job = waiting.get(0).path("id").asLong();
    assertThat(http.get("/v1/jobs/" + job).json().path("payload").path("stream").isNumber())
        .isTrue();

    http.exchange("PATCH", "/v1/queues/answers", "{\"paused\":false}");
    assertThat(scene.client().whole(begun.stream()).types()).contains("completed");
    long start = System.nanoTime(); // its stream ends a moment before it does
    while (!http.get("/v1/jobs/" + job).json().path("state").asString().equals("done")) {
      assertThat(System.nanoTime() - start).isLessThan(WAIT_NANOS);
      Await.rest();
    }
    assertThat(http.post("/v1/jobs/" + job + "/retry", "").status()).isEqualTo(409);
  }

  @Test
  void aLimitOfTheApiIsObeyed() throws Exception {
    http.exchange("PATCH", "/v1/queues/answers", "{\"limits\":{\"at_once\":1}}");
    List<ChatClient.Begun> begun = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      begun.add(
          scene.client().begin("ask sim-8b: one by one, " + UUID.randomUUID() + ". words:20"));
    }
    long start = System.nanoTime();
    JsonNode queue;
    int most = 0;
    do {
      queue = http.get("/v1/queues/answers").json();
      most = Math.max(most, queue.path("jobs").path("running").asInt());
      assertThat(System.nanoTime() - start).as(queue.toString()).isLessThan(WAIT_NANOS);
      Await.rest();
    } while (queue.path("ended").path("done").asInt() < 4);
    assertThat(most).isOne();
    for (ChatClient.Begun each : begun) {
      assertThat(scene.client().whole(each.stream()).types()).contains("completed");
    }
  }

  @Test
  void aDrainCancelsAnswersThatWaitAndTheirStreamsSaySo() throws Exception {
    http.exchange("PATCH", "/v1/queues/answers", "{\"paused\":true}");
    ChatClient.Begun begun = scene.client().begin("never, " + UUID.randomUUID());
    http.post("/v1/queues/answers/drain", "");
    assertThat(scene.client().whole(begun.stream()).types()).contains("cancelled");
  }

  @Test
  void queuesAndRunsAreMeasured() throws Exception {
    ChatClient.Begun begun = scene.client().begin("count me, " + UUID.randomUUID());
    scene.client().whole(begun.stream());
    List<String> wanted =
        List.of(
            "everbrook_queue_jobs{queue=\"answers\",state=\"ready\"}",
            "everbrook_queue_oldest_ready_seconds{queue=\"answers\"}",
            "everbrook_postgres_dead_rows{table=\"job\"}",
            "everbrook_postgres_xmin_age_transactions",
            "everbrook_postgres_transaction_oldest_seconds",
            "everbrook_job_wait_seconds_count{kind=\"answer\",queue=\"answers\"} 1",
            "everbrook_job_run_seconds_count{kind=\"answer\",outcome=\"done\",queue=\"answers\"} 1");
    long start = System.nanoTime();
    String metrics;
    do {
      metrics = http.get("/metrics").body();
      assertThat(System.nanoTime() - start)
          .as("of %s, after a while, in%n%s", wanted, metrics)
          .isLessThan(WAIT_NANOS);
      Await.rest();
    } while (!wanted.stream().allMatch(metrics::contains));
  }

  @Test
  void inProductionNobodyAdministersWithoutAToken() throws Exception {
    Server production = scene.anotherWithin(told -> told.with("EVERBROOK_ENV", "prod"));
    Http.Answered refused = production.http().get("/v1/queues");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.message()).contains("set EVERBROOK_ADMIN_TOKEN");
  }

  @Test
  void aTokenThatIsTooShortIsToldAndNotShown() throws Exception {
    try (ServerProcess server =
        ServerProcess.launch(Told.nothing().with("EVERBROOK_ADMIN_TOKEN", "sesame"))) {
      assertThat(server.awaitExit(Duration.ofSeconds(30))).isEqualTo(2);
      assertThat(server.output())
          .contains("EVERBROOK_ADMIN_TOKEN must be 16 to 200 visible ASCII characters")
          .doesNotContain("sesame");
    }
  }
}
