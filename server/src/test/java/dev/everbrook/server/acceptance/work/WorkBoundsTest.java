package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.app.ServerWithin;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Server;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.SharedScene;
import dev.everbrook.server.testing.Told;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may speak docs/protocol-work.md, and what becomes of what is said in it. */
@ExtendWith(SharedScene.class)
class WorkBoundsTest {

  private static final String TOKEN = "a-token-for-the-tests";

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
  }

  @Test
  void withATokenOnlyWhoShowsItIsLetIn() throws Exception {
    Told told = scene.told().with("EVERBROOK_WORK_TOKEN", TOKEN).with("EVERBROOK_ROLES", "web");
    try (ServerProcess guarded = ServerProcess.start(told)) {
      assertGuarded(guarded.http());
      assertThat(guarded.output()).doesNotContain(TOKEN);
    }
  }

  private static void assertGuarded(Http there) throws Exception {
    for (String path : List.of("workers", "queues/q/jobs")) {
      Http.Answered refused = there.post("/v1/work/" + path, "{}");
      assertThat(refused.status()).as(path).isEqualTo(401);
      assertThat(refused.json().path("code").asString()).isEqualTo("unauthorized");
      assertThat(refused.headers().firstValue("www-authenticate"))
          .hasValueSatisfying(it -> assertThat(it).startsWith("Bearer"));
    }
    Http.Answered enqueued =
        there.post(
            "/v1/work/queues/q/jobs", "{\"kind\":\"a\"}", "Authorization", "Bearer " + TOKEN);
    assertThat(enqueued.status()).isEqualTo(201);
    assertThat(enqueued.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(there.get("/v1/queues").status()).as("that is another gate").isEqualTo(200);
  }

  @Test
  void withoutATokenNobodyThatAProxySpeaksForIsLetInAndInProductionNobody() throws Exception {
    Http.Answered proxied =
        http.post("/v1/work/queues/q/jobs", "{\"kind\":\"a\"}", "X-Forwarded-For", "10.0.0.1");
    assertThat(proxied.status()).isEqualTo(403);
    assertThat(proxied.message()).contains("through a proxy", "EVERBROOK_WORK_TOKEN");
    Told told = scene.told().with("EVERBROOK_ENV", "prod").with("EVERBROOK_ROLES", "web");
    try (Server production = ServerWithin.start(told)) {
      Http.Answered refused = production.http().post("/v1/work/queues/q/jobs", "{\"kind\":\"a\"}");
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.message()).contains("is closed: set EVERBROOK_WORK_TOKEN");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "12345678901234567.89, 12345678901234567.89",
    "123456789012345678901234567890, 123456789012345678901234567890",
    "1.10, 1.10",
    "1e400, 1E+400",
    "-0.0, -0.0",
    "-0, -0.0"
  })
  void aNumberIsHandedOnWithAllItsDigits(String sent, String told) throws Exception {
    String queue = "digits-" + Integer.toHexString(sent.hashCode());
    assertThat(
            http.post(
                    "/v1/work/queues/" + queue + "/jobs",
                    "{\"kind\":\"echo\",\"payload\":{\"n\":" + sent + "}}")
                .status())
        .isEqualTo(201);
    Http.Answered claimed = claim(worker(), queue);
    assertThat(claimed.body()).contains("\"payload\":{\"n\":" + told + "}");
    String run = claimed.json().path("jobs").get(0).path("url").asString();
    assertThat(
            http.post(run + "/events", "{\"events\":[{\"type\":\"n\",\"n\":" + sent + "}]}")
                .status())
        .isEqualTo(204);
    assertThat(http.post(run + "/finish", "{\"result\":[" + sent + "]}").status()).isEqualTo(200);
    long job = claimed.json().path("jobs").get(0).path("job").asLong();
    assertThat(http.get("/v1/stream/jobs/" + job).body()).contains("\"n\":" + told + "}");
    assertThat(http.get("/v1/jobs/" + job).body())
        .contains("\"payload\":{\"n\":" + told + "}", "\"result\":[" + told + "]");
  }

  @Test
  void whatIsNullIsAsAbsent() throws Exception {
    http.post("/v1/work/queues/null/jobs", "{\"kind\":\"echo\",\"payload\":null}");
    assertThat(claim(worker(), "null").body()).contains("\"payload\":{}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kind", "lane"})
  void whatIsQuotedOfARequestIsShort(String field) throws Exception {
    Map<String, String> job = new HashMap<>(Map.of("kind", "a"));
    job.put(field, "x".repeat(1_000_000));
    Http.Answered refused = http.post("/v1/work/queues/q/jobs", job);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).hasSizeLessThan(1_000).contains("xxx…");
  }

  @Test
  void whatWasWrongIsShown() throws Exception {
    assertThat(http.post("/v1/work/queues/q/jobs", "{\"kind\":7}").message())
        .isEqualTo("kind must be a string, was 7.");
    assertThat(http.post("/v1/work/queues/q/jobs", "{\"kind\":\"a\",\"tokens\":-3}").message())
        .isEqualTo("tokens must be a whole number from 0 to 1000000000, was -3.");
  }

  @Test
  void aClaimNamesOnlyWhatItsWorkerRegistered() throws Exception {
    Http.Answered refused =
        http.post(
            worker() + "/claim",
            Map.of(
                "queue", "everbrook", "kinds", List.of("everbrook.drain"), "holding", List.of()));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.message()).contains("what the worker registered", "'everbrook.drain'");
  }

  @Test
  void aBeatThatNeedNotWaitSaysSo() throws Exception {
    Http.Answered beat = http.post(worker() + "/beat", Map.of());
    assertThat(beat.json().path("full").asBoolean()).isFalse();
    assertThat(beat.json().path("stop")).isEmpty();
  }

  private static String worker() throws Exception {
    return http.post(
            "/v1/work/workers", Map.of("name", "by hand", "kinds", Map.of("echo", Map.of())))
        .json()
        .path("url")
        .asString();
  }

  private static Http.Answered claim(String worker, String queue) throws Exception {
    Http.Answered claimed =
        http.post(worker + "/claim", Map.of("queue", queue, "holding", List.of()));
    assertThat(claimed.status()).as(claimed.body()).isEqualTo(200);
    return claimed;
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\ud83d\ude00", "a\ud83d\ude00"})
  void ofALongReasonTheFirstTenThousandCharactersAreKeptAndNoneIsCutInTwo(String repeated)
      throws Exception {
    String error = repeated.repeat(20_000);
    String job = claimed("reasons-" + repeated.length() + repeated.codePointAt(0), "{}");
    Http.Answered failed = http.post(job + "/fail", Map.of("error", error, "retryable", false));
    assertThat(failed.status()).as(failed.body()).isEqualTo(200);
    String kept =
        http.get("/v1/jobs/" + job.replaceAll(".*/jobs/(\\d+)/.*", "$1"))
            .json()
            .path("error")
            .asString();

    assertThat(kept).endsWith("…").hasSizeBetween(10_000, 10_001);
    assertThat(error).startsWith(kept.substring(0, kept.length() - 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"replace", "debounce", "keep_last"})
  void whatReplacesAJobThatRunsFollowsIt(String how) throws Exception {
    String queue = "follow-" + how;
    String dedupe = "{\"key\":\"k\",\"how\":\"" + how + "\",\"most_ms\":60000}";
    String running = claimed(queue, "{\"n\":1}", dedupe);
    String second = enqueue(queue, "{\"n\":2}", dedupe);
    String third = enqueue(queue, "{\"n\":3}", dedupe);
    assertThat(second).contains("\"fate\":\"follows\"");
    assertThat(third).isEqualTo(second);
    assertThat(http.post(running + "/finish", "{}").status()).isEqualTo(200);

    String last = claim(queue);
    assertThat(last).isNotEmpty();
    assertThat(http.post(last + "/finish", "{}").status()).isEqualTo(200);
    assertThat(http.get("/v1/queues/" + queue).json().path("ended").path("done").asInt())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"queue", "kind", "lane", "principal"})
  void aFilterThatNoJobCanFitIsRefusedForThoseToListAndThoseToRetry(String field) throws Exception {
    for (String poison : List.of("a\\u0000", "a\\ud800", "a\\n", "x".repeat(201))) {
      Http.Answered refused =
          http.post("/v1/jobs/redrive", "{\"filter\":{\"" + field + "\":\"" + poison + "\"}}");
      assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    }
    assertThat(http.get("/v1/jobs?" + field + "=a%00").status()).isEqualTo(400);
    assertThat(http.get("/v1/jobs?" + field + "=a%0A").status()).isEqualTo(400);
    assertThat(
            http.post("/v1/jobs/redrive", "{\"filter\":{\"from\":\"-999999-01-01T00:00:00Z\"}}")
                .status())
        .isEqualTo(400);
  }

  private String enqueue(String queue, String payload, String dedupe) throws Exception {
    String job = "{\"kind\":\"echo\",\"payload\":" + payload + ",\"dedupe\":" + dedupe + "}";
    Http.Answered enqueued = http.post("/v1/work/queues/" + queue + "/jobs", job);
    assertThat(enqueued.status()).as(enqueued.body()).isEqualTo(201);
    return enqueued.body();
  }

  private String claimed(String queue, String payload) throws Exception {
    return claimed(queue, payload, "null");
  }

  private String claimed(String queue, String payload, String dedupe) throws Exception {
    enqueue(queue, payload, dedupe);
    return claim(queue);
  }

  /** The address of the job that a worker of its own is given. */
  private String claim(String queue) throws Exception {
    String worker =
        http.post("/v1/work/workers", "{\"name\":\"w\",\"kinds\":{\"echo\":{}}}")
            .json()
            .path("url")
            .asString();
    return http.post(
            worker + "/claim", "{\"queue\":\"" + queue + "\",\"holding\":[],\"wait_ms\":10000}")
        .json()
        .path("jobs")
        .path(0)
        .path("url")
        .asString("");
  }
}
