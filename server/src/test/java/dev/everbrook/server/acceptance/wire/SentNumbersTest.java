package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JSON that clients send: its limits on each way in, and numbers on their way through. */
@ExtendWith(SharedScene.class)
class SentNumbersTest {

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
  }

  static Stream<List<String>> entrances() {
    return Stream.of(
        List.of("/chat", "{\"prompt\":\"x\",\"more\":", "}"),
        List.of("/api/chat", "{\"id\":\"c\",\"messages\":", "}"),
        List.of("/v1/responses", "{\"model\":\"m\",\"input\":", "}"),
        List.of("/v1/chat/completions", "{\"model\":\"m\",\"messages\":", "}"),
        List.of("/v1/work/queues/q/jobs", "{\"kind\":\"k\",\"payload\":", "}"),
        List.of("/v1/jobs/redrive", "{\"queue\":", "}"));
  }

  @ParameterizedTest
  @MethodSource("entrances")
  void aLimitIsNamedOnEachWayIn(List<String> entrance) throws Exception {
    String path = entrance.get(0);
    for (List<String> each :
        List.of(
            List.of("[".repeat(600) + "]".repeat(600), "more than 500 levels"),
            List.of("1".repeat(1_001), "more than 1000 digits"),
            List.of("{\"a\":1,\"a\":2}", "stands twice"))) {
      Http.Answered answered = http.post(path, entrance.get(1) + each.getFirst() + entrance.get(2));
      assertThat(answered.status()).as(path).isEqualTo(400);
      assertThat(answered.body()).as(path).contains(each.getLast());
    }
    Http.Answered wide =
        http.post(
            path,
            new String(
                "{\"prompt\":\"x\"}".getBytes(StandardCharsets.UTF_16LE),
                StandardCharsets.ISO_8859_1));
    assertThat(wide.status()).as(path).isEqualTo(400);
    assertThat(wide.body()).as(path).contains("UTF-16");
  }

  @Test
  void aStreamNamesItsLimitsToo() throws Exception {
    String json = "application/json";
    http.exchange("PUT", "/v1/stream/limits", "", "Content-Type", json);
    assertThat(append("[".repeat(501) + "]".repeat(501))).contains("more than 500 levels");
    assertThat(append("1".repeat(1_001))).contains("more than 1000 digits");
    assertThat(append("[-0.0,{\"a\":-0.00}]")).isEmpty();
    assertThat(http.get("/v1/stream/limits?offset=-1").body()).isEqualTo("[-0.0,{\"a\":-0.00}]");
  }

  private static String append(String body) throws Exception {
    return http.post("/v1/stream/limits", body, "Content-Type", "application/json").body();
  }

  @Test
  void aJobsPayloadKeepsTheSignOfZero() throws Exception {
    String job = "{\"kind\":\"zero\",\"payload\":{\"a\":-0.0,\"b\":[-0.0,1.10]}}";
    Http.Answered put = http.post("/v1/work/queues/zero/jobs", job);
    assertThat(put.status()).as(put.body()).isEqualTo(201);
    Http.Answered worker =
        http.post("/v1/work/workers", "{\"name\":\"w\",\"kinds\":{\"zero\":{}}}");
    Http.Answered claimed =
        http.post(
            worker.json().path("url").asString() + "/claim",
            "{\"queue\":\"zero\",\"holding\":[],\"wait_ms\":10000}");
    assertThat(claimed.body()).contains("{\"a\":-0.0,\"b\":[-0.0,1.10]}");
  }
}
