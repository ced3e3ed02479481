package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.SharedScene;
import dev.everbrook.server.testing.Told;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The administration API of a real server, over jobs that nobody there runs, and over its own. */
@ExtendWith(SharedScene.class)
class AdminTest {

  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** No job of the shared server has this id, whatever the classes beside this one do. */
  private static final long PARENT = 7_000_000_000L;

  private static final String ENDED =
      """
      INSERT INTO everbrook.job_done
             (id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
              finished_at, deadline_at, principal, error, payload)
      SELECT nextval(pg_get_serial_sequence('everbrook.job', 'id')), ?, 'strange', 'a', 0, ?, 3, 3,
             0, now() - interval '1 min', now(), now() + interval '9 min', 'ann', 'it broke',
             '{"big":12345678901234567890}'
        FROM generate_series(1, ?)
      """;

  private static final String WAITING =
      """
      INSERT INTO everbrook.job (queue, kind, lane, payload, state, deadline_at)
      SELECT ?, 'strange', ?, '{}', 'ready', now() + interval '1 hour' FROM generate_series(1, ?)
      """;

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
    assertThat(put("/v1/queues/q", "").status()).isEqualTo(201);
  }

  @Test
  void jobsAreListedFoundAndRetried() throws Exception {
    sql(ENDED, "billing", "failed", 5);
    JsonNode first = http.get("/v1/jobs?queue=billing&state=failed&limit=3").json();
    assertThat(first.path("jobs").size()).isEqualTo(3);
    JsonNode rest =
        http.get("/v1/jobs?queue=billing&state=failed&limit=3&before=" + first.path("next")).json();
    assertThat(rest.path("jobs").size()).isEqualTo(2);
    assertThat(rest.path("next").isNull()).isTrue();
    long id = rest.path("jobs").get(1).path("id").asLong();

    JsonNode job = http.get("/v1/jobs/" + id).json();
    assertThat(job.path("error").asString()).isEqualTo("it broke");
    assertThat(job.path("payload").toString()).isEqualTo("{\"big\":12345678901234567890}");
    assertThat(job.path("principal").asString()).isEqualTo("ann");
    Http.Answered retried = http.post("/v1/jobs/" + id + "/retry", "");
    assertThat(retried.status()).isEqualTo(200);
    assertThat(retried.json().path("state").asString()).isEqualTo("ready");
    assertThat(retried.json().path("run").asInt()).isEqualTo(3);
    assertThat(http.post("/v1/jobs/" + id + "/retry", "").status()).isEqualTo(200);
    assertThat(http.post("/v1/jobs/" + id + "/run-now", "").status()).isEqualTo(200);
    assertThat(http.get("/v1/jobs?queue=billing&state=failed").json().path("jobs").size())
        .isEqualTo(4);
    assertThat(http.post("/v1/jobs/" + id + "/cancel", "").json().path("cancelled").asBoolean())
        .isTrue();
  }

  @Test
  void theChildrenOfAJobAreListedAndRedriven() throws Exception {
    sql(ENDED, "kin", "failed", 3);
    sql("UPDATE everbrook.job_done SET parent = ? WHERE queue = 'kin'", PARENT);
    JsonNode page = http.get("/v1/jobs?parent=" + PARENT + "&limit=2").json();
    assertThat(page.path("jobs").size()).isEqualTo(2);
    assertThat(page.path("jobs").get(0).path("parent").asLong()).isEqualTo(PARENT);
    JsonNode rest = http.get("/v1/jobs?parent=" + PARENT + "&before=" + page.path("next")).json();
    assertThat(rest.path("jobs").size()).isOne();
    assertThat(rest.path("next").isNull()).isTrue();
    assertThat(http.get("/v1/jobs?parent=x").message()).contains("parent must be the id of a job");

    Http.Answered begun = http.post("/v1/jobs/redrive", Map.of("filter", Map.of("parent", PARENT)));
    JsonNode done = awaitState(begun.json().path("href").asString(), "done");
    assertThat(done.path("result").path("jobs").asInt()).isEqualTo(3);
    JsonNode live = http.get("/v1/jobs?parent=" + PARENT + "&state=ready").json();
    assertThat(live.path("jobs").size()).isEqualTo(3);
    assertThat(http.post("/v1/jobs/redrive", "{\"filter\":{\"queue\":\"everbrook\"}}").status())
        .isEqualTo(400);
  }

  @Test
  void allThatFailedIsRedrivenInTheBackground() throws Exception {
    sql(ENDED, "mail", "failed", 1_200);
    sql(ENDED, "mail", "cancelled", 2);
    Http.Answered begun =
        http.post("/v1/jobs/redrive", Map.of("filter", Map.of("queue", "mail", "lane", "a")));
    assertThat(begun.status()).isEqualTo(202);
    JsonNode done = awaitState(begun.json().path("href").asString(), "done");
    assertThat(done.path("result").path("jobs").asInt()).isEqualTo(1_200);
    JsonNode queue = http.get("/v1/queues/mail").json();
    assertThat(queue.path("jobs").path("ready").asInt()).isEqualTo(1_200);

    String drain = http.post("/v1/queues/mail/drain", "").json().path("href").asString();
    assertThat(awaitState(drain, "done").path("result").path("jobs").asInt()).isEqualTo(1_200);
    JsonNode waiting = http.get("/v1/jobs?queue=mail&state=ready&limit=1").json();
    assertThat(waiting.path("jobs").get(0).path("cancelled").asBoolean())
        .as("left for a minute to whoever knows their kind")
        .isTrue();
  }

  @Test
  void queuesArePausedResumedAndLimited() throws Exception {
    assertThat(http.get("/v1/queues/fresh").status()).isEqualTo(404);
    JsonNode paused =
        put("/v1/queues/fresh", "{\"paused\":true,\"limits\":{\"at_once\":2,\"per_second\":5}}")
            .json();
    assertThat(paused.path("paused").asBoolean()).isTrue();
    assertThat(paused.path("limits").path("at_once").asInt()).isEqualTo(2);
    assertThat(paused.path("limits").path("burst").asDouble()).isEqualTo(5);
    JsonNode resumed = patch("/v1/queues/fresh", "{\"paused\":false}").json();
    assertThat(resumed.path("paused").asBoolean()).isFalse();
    assertThat(resumed.path("limits").path("at_once").asInt()).isEqualTo(2);
    JsonNode open = patch("/v1/queues/fresh", "{\"limits\":null}").json();
    assertThat(open.path("limits").path("at_once").isNull()).isTrue();
    assertThat(http.get("/v1/queues?limit=1").json().path("queues").size()).isEqualTo(1);
    assertThat(http.get("/v1/queues").body()).contains("\"name\":\"fresh\"");
  }

  @Test
  void lanesAreLimitedClosedAndOpened() throws Exception {
    sql(WAITING, "laned", "tenant/1", 3);
    sql(WAITING, "laned", "", 1);
    String lane = "/v1/queues/laned/lanes/" + URLEncoder.encode("tenant/1", StandardCharsets.UTF_8);
    JsonNode limited = put(lane, "{\"at_once\":1,\"weight\":2,\"tokens_per_minute\":6000}").json();
    assertThat(limited.path("name").asString()).isEqualTo("tenant/1");
    assertThat(limited.path("ready").asInt()).isEqualTo(3);
    assertThat(limited.path("limits").path("tokens_per_minute").asDouble()).isEqualTo(6_000);
    assertThat(limited.path("tokens_left").asDouble()).isEqualTo(6_000);
    JsonNode closed = http.post(lane + "/close", Map.of("for_ms", 60_000, "reason", "429")).json();
    assertThat(closed.path("closed_why").asString()).isEqualTo("429");
    assertThat(http.post(lane + "/open", "").json().path("closed_until").isNull()).isTrue();
    JsonNode nameless = put("/v1/queues/laned/lanes/", "{\"at_once\":4}").json();
    assertThat(nameless.path("name").asString()).isEmpty();
    assertThat(nameless.path("limits").path("at_once").asInt()).isEqualTo(4);
    JsonNode shut = http.post("/v1/queues/laned/lanes//close", "{\"for_ms\":60000}").json();
    assertThat(shut.path("name").asString()).isEmpty();
    assertThat(shut.path("closed_until").isNull()).isFalse();

    JsonNode page = http.get("/v1/queues/laned/lanes?limit=1").json();
    assertThat(page.path("lanes").get(0).path("name").asString()).isEmpty();
    JsonNode next =
        http.get(
                "/v1/queues/laned/lanes?from="
                    + URLEncoder.encode(page.path("next").asString(), StandardCharsets.UTF_8))
            .json();
    assertThat(next.path("lanes").get(0).path("name").asString()).isEqualTo("tenant/1");
    assertThat(next.path("next").isNull()).isTrue();
    assertThat(http.send("DELETE", lane).json().path("own_limits").asBoolean()).isFalse();
  }

  @Test
  void schedulesArePutPausedRunAndRemoved() throws Exception {
    String daily =
        """
        {"cron":"0 3 * * *","zone":"Europe/Berlin","queue":"nightly","kind":"strange",
         "payload":{"n":1.50},"deadline_ms":60000,"backfill_max":2}
        """;
    assertThat(put("/v1/schedules/daily", daily).status()).isEqualTo(201);
    Http.Answered again = put("/v1/schedules/daily", daily);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("zone").asString()).isEqualTo("Europe/Berlin");
    assertThat(http.post("/v1/schedules/daily/pause", "").json().path("paused").asBoolean())
        .isTrue();
    assertThat(http.post("/v1/schedules/daily/resume", "").json().path("paused").asBoolean())
        .isFalse();
    Http.Answered run = http.post("/v1/schedules/daily/run-now", "");
    assertThat(run.status()).isEqualTo(202);
    assertThat(http.get(run.json().path("href").asString()).json().path("queue").asString())
        .isEqualTo("nightly");
    assertThat(http.get("/v1/schedules").body()).contains("\"daily\"").doesNotContain("payload");
    assertThat(http.get("/v1/schedules/daily").body()).contains("\"payload\":{\"n\":1.50}");
    assertThat(http.send("DELETE", "/v1/schedules/daily").status()).isEqualTo(204);
    assertThat(http.send("DELETE", "/v1/schedules/daily").status()).isEqualTo(404);
  }

  @Test
  void whatIsWrongIsTold() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("/v1/jobs?state=lost", "state must be one of ready"),
            List.of("/v1/jobs?limit=0", "limit must be a whole number from 1 to 1000"),
            List.of("/v1/jobs?stat=failed", "There is no parameter 'stat'"),
            List.of("/v1/jobs?from=yesterday", "from must be a time such as"),
            List.of(
                "/v1/jobs?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                "from must be before to"),
            List.of("/v1/jobs?state=done&state=failed", "'state' may stand only once"),
            List.of("/v1/queues?after=a&After=b", "'after' may stand only once"),
            List.of("/v1/queues?limit=many", "limit must be a whole number from 1 to 1000"))) {
      Http.Answered answered = http.get(wrong.getFirst());
      assertThat(answered.status()).as(wrong.getFirst()).isEqualTo(400);
      assertThat(answered.message()).contains(wrong.getLast());
    }
    for (String path :
        List.of("/v1/queues/%00", "/v1/queues?after=%00", "/v1/queues/q/lanes?from=a%00b")) {
      assertThat(http.get(path).message()).as(path).contains("U+0000");
    }
    assertThat(scene.process().output()).doesNotContain("refused a value");
    assertThat(http.get("/v1/jobs/x").status()).isEqualTo(404);
    assertThat(http.get("/v1/jobs/9999999").message()).contains("forgotten");
    assertThat(http.post("/v1/jobs/redrive", "{}").message()).contains("filter must be given");
    assertThat(http.post("/v1/jobs/redrive", "{\"filter\":{\"state\":\"done\"}}").message())
        .contains("only failed jobs");
    assertThat(http.post("/v1/jobs/redrive", "[]").message()).contains("JSON object");
    assertThat(patch("/v1/queues/q", "{\"pause\":true}").message()).contains("'pause'");
    assertThat(patch("/v1/queues/q", "{\"limits\":{\"at_once\":0}}").message())
        .contains("at_once must be a whole number from 1");
    assertThat(put("/v1/queues/q/lanes/a", "{\"weight\":-1}").message()).contains("weight");
    assertThat(http.post("/v1/queues/q/lanes/a/close", "{}").message()).contains("for_ms");
    assertThat(http.post("/v1/queues/q/lanes/*/close", "{\"for_ms\":1}").message())
        .contains("pause the queue");
    assertThat(put("/v1/queues/q/lanes", "{\"at_once\":1}").message())
        .contains("The lane is missing");
    assertThat(http.send("DELETE", "/v1/queues/q/lanes").status()).isEqualTo(404);
    assertThat(http.post("/v1/queues/q/lanes/close", "{\"for_ms\":1}").status()).isEqualTo(404);
    assertThat(put("/v1/queues/q/lanes/a", "{\"weight\":1e400}").message()).contains("usual size");
    assertThat(put("/v1/schedules/s", "{\"queue\":\"q\",\"kind\":\"k\"}").message())
        .contains("either cron and zone");
    String every = "{\"queue\":\"q\",\"kind\":\"k\",\"every_ms\":1000,\"zone\":\"UTC\"}";
    assertThat(put("/v1/schedules/s", every).message()).contains("zone means nothing with every");
    String cron = "{\"queue\":\"q\",\"kind\":\"k\",\"cron\":\"* * * * *\",\"offset_ms\":1}";
    assertThat(put("/v1/schedules/s", cron).message()).contains("offset_ms means nothing with cro");
    for (String zone : List.of("Mars/Olympus", "a\\u0000b", "\\ud800", "x".repeat(9_000))) {
      String in =
          "{\"queue\":\"q\",\"kind\":\"k\",\"cron\":\"* * * * *\",\"zone\":\"" + zone + "\"}";
      assertThat(put("/v1/schedules/s", in).message())
          .startsWith("zone must be a time zone such as")
          .hasSizeLessThan(300)
          .doesNotContain("ZoneId");
    }
    assertThat(
            put("/v1/schedules/s", "{\"queue\":\"q\",\"kind\":\"k\",\"cron\":\"61 * * * *\"}")
                .status())
        .isEqualTo(400);
    assertThat(put("/v1/queues/" + "x".repeat(101), "{}").message())
        .contains("1 to 100 characters");
  }

  @Test
  void otherOriginsAndProxiesAreRefused() throws Exception {
    assertThat(
            RawHttp.exchange(
                scene.server().base(),
                RawHttp.get(
                    "/v1/jobs",
                    scene.server().base().getAuthority(),
                    "Origin: https://evil.example")))
        .startsWith("HTTP/1.1 403 ");
    assertThat(RawHttp.exchange(scene.server().base(), RawHttp.get("/v1/jobs", "evil.example")))
        .startsWith("HTTP/1.1 403 ");
    Http.Answered proxied = http.get("/v1/jobs", "X-Forwarded-For", "10.0.0.1");
    assertThat(proxied.status()).isEqualTo(403);
    assertThat(proxied.message()).contains("EVERBROOK_ADMIN_TOKEN");
  }

  @Test
  void withATokenOnlyWhoShowsItIsLetIn() throws Exception {
    String token = "a-token-for-the-tests";
    Told told = scene.told().with("EVERBROOK_ADMIN_TOKEN", token).with("EVERBROOK_ROLES", "web");
    try (ServerProcess guarded = ServerProcess.start(told)) {
      assertGuarded(guarded.http(), token);
      assertThat(guarded.output()).doesNotContain(token);
    }
  }

  private static void assertGuarded(Http there, String token) throws Exception {
    for (String path : List.of("/v1/jobs", "/v1/queues", "/v1/schedules", "/v1/queues/q/lanes")) {
      Http.Answered refused = there.get(path);
      assertThat(refused.status()).as(path).isEqualTo(401);
      assertThat(refused.headers().firstValue("www-authenticate"))
          .hasValueSatisfying(it -> assertThat(it).startsWith("Bearer"));
      assertThat(there.get(path, "Authorization", "Bearer " + token + "x").status()).isEqualTo(401);
      assertThat(there.get(path, "Authorization", "Bearer " + token).status()).isEqualTo(200);
    }
    Http.Answered jobs = there.get("/v1/jobs", "Authorization", "Bearer " + token);
    assertThat(jobs.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(there.post("/v1/jobs/redrive", "{\"filter\":{}}").status()).isEqualTo(401);
  }

  private static JsonNode awaitState(String path, String state) throws Exception {
    long start = System.nanoTime();
    JsonNode job;
    do {
      job = http.get(path).json();
      assertThat(System.nanoTime() - start).as(job.toString()).isLessThan(WAIT_NANOS);
      Await.rest();
    } while (!job.path("state").asString("").equals(state));
    return job;
  }

  private static Http.Answered put(String path, String body) throws Exception {
    return http.exchange("PUT", path, body);
  }

  private static Http.Answered patch(String path, String body) throws Exception {
    return http.exchange("PATCH", path, body);
  }

  private static void sql(String sql, Object... values) throws SQLException {
    try (Connection connection = scene.told().connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }
}
