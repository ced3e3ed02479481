package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The protocol of docs/protocol-work.md, asked by hand. */
class WorkOverHttpTest {

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.start();
    http = scene.http();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void aJobIsEnqueuedClaimedAndFinished() throws Exception {
    Http.Answered enqueued =
        http.post("/v1/work/queues/thin/jobs", Map.of("kind", "echo", "payload", Map.of("n", 1)));
    assertThat(enqueued.status()).as(enqueued.body()).isEqualTo(201);
    String worker =
        http.post("/v1/work/workers", Map.of("name", "w", "kinds", Map.of("echo", Map.of())))
            .json()
            .path("url")
            .asString();

    Http.Answered claimed =
        http.post(worker + "/claim", Map.of("queue", "thin", "holding", List.of()));
    assertThat(claimed.status()).as(claimed.body()).isEqualTo(200);
    JsonNode job = claimed.json().path("jobs").path(0);
    assertThat(job.path("job")).isEqualTo(enqueued.json().path("job"));
    assertThat(job.path("payload").path("n").asInt()).isOne();
    String run = job.path("url").asString();
    assertThat(http.post(run + "/progress", Map.of("value", 0.5)).status()).isEqualTo(204);
    Http.Answered finished = http.post(run + "/finish", Map.of("result", Map.of("ok", true)));
    assertThat(finished.body()).isEqualTo("{\"state\":\"done\"}");
    assertThat(http.get("/v1/stream/jobs/" + job.path("job").asLong()).body())
        .contains("progress", "\"outcome\":\"done\"");
  }
}
