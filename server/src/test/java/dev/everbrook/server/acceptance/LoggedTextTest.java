package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text from outside that reaches the log. */
class LoggedTextTest {

  private static final String FORGED =
      "\n00:00:00.000 ERROR Forged: \u001b[31mred\u0085\u202e\u2028x";

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void cannotForgeALineOrMoveTheTerminal(String env) throws Exception {
    String token = "sixteen-characters-of-token";
    try (Scene scene =
        Scene.start(it -> it.with("EVERBROOK_ENV", env).with("EVERBROOK_WORK_TOKEN", token))) {
      Http http = scene.http();
      String[] bearer = {"Authorization", "Bearer " + token};
      String queue = "/v1/work/queues/q/jobs";
      Map<String, Object> job = Map.of("kind", "k", "lane", "a lane");
      assertThat(http.post(queue, job, bearer).status()).isEqualTo(201);
      String worker =
          http.post("/v1/work/workers", Map.of("name", "w", "kinds", Map.of("k", Map.of())), bearer)
              .json()
              .path("url")
              .asString();
      String run =
          http.post(
                  worker + "/claim",
                  Map.of("queue", "q", "holding", List.of(), "wait_ms", 5_000),
                  bearer)
              .json()
              .path("jobs")
              .path(0)
              .path("url")
              .asString();
      assertThat(run).isNotEmpty();
      http.post(
          run + "/limited",
          Map.of("after_ms", 1_000, "reason", "why" + FORGED + " with " + token),
          bearer);
      scene.client().begin("ask sim-none" + FORGED + " words:1");
      String logged = scene.server().awaitLine(it -> it.contains("is closed until"));
      assertThat(logged).contains("Forged").doesNotContain(token).contains("(hidden)");
      assertThat(scene.server().output().lines()).noneMatch(it -> it.startsWith("00:00:00.000"));
      assertThat(scene.server().output()).doesNotContain("\u001b", "\u0085", "\u202e", "\u2028");
    }
  }
}
