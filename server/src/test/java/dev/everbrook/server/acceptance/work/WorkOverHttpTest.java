package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Operator;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The protocol of docs/protocol-work.md, asked by hand. */
@ExtendWith(SharedScene.class)
class WorkOverHttpTest {

  private static final String NOBODY = "/v1/work/workers/00000000-0000-7000-8000-000000000000";

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
  }

  @Test
  void aJobIsEnqueuedClaimedFollowedAndFinished() throws Exception {
    long id = enqueue("thin", Map.of("kind", "echo", "payload", Map.of("n", 1)));
    String worker = worker(20_000);
    JsonNode job = claim(worker, "thin", 0).get(0);
    assertThat(job.path("job").asLong()).isEqualTo(id);
    assertThat(job.path("run").asInt()).isOne();
    assertThat(job.path("attempts_max").asInt()).isEqualTo(5);
    assertThat(job.path("payload").path("n").asInt()).isOne();
    assertThat(job.path("deadline_ms").asLong()).isBetween(1_209_500_000L, 1_209_600_000L);
    String run = job.path("url").asString();
    assertThat(http.post(run + "/progress", Map.of("value", 0.5, "note", "half")).status())
        .isEqualTo(204);
    Map<String, Object> line = Map.of("type", "log", "level", "info", "text", "so far so good");
    assertThat(http.post(run + "/events", Map.of("events", List.of(line))).status()).isEqualTo(204);
    Http.Answered finished = http.post(run + "/finish", Map.of("result", Map.of("ok", true)));
    assertThat(finished.body()).isEqualTo("{\"state\":\"done\"}");
    assertThat(http.post(run + "/finish", Map.of("result", Map.of("ok", true))).body())
        .as("said twice")
        .isEqualTo("{\"state\":\"done\"}");
    assertThat(http.post(run + "/progress", Map.of("value", 1)).status()).isEqualTo(409);
    assertThat(types(id)).containsExactly("begin", "progress", "log", "end");
  }

  @Test
  void theTraceOfWhoEnqueuedGoesOnWithWhoWorksUnlessItIsNone() throws Exception {
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    List<String> none =
        List.of(
            trace.replace('f', 'F'),
            trace + "-00",
            "ff" + trace.substring(2),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "everything");
    String path = "/v1/work/queues/traced/jobs";
    for (String header : none) {
      http.post(path, Map.of("kind", "echo"), "traceparent", header);
    }
    http.post(path, Map.of("kind", "echo"), "traceparent", trace);
    List<Object> two = List.of(Map.of("kind", "echo"), Map.of("kind", "echo"));
    http.post(path, two, "traceparent", trace);
    String worker = worker(20_000);
    Map<String, Object> wish = Map.of("queue", "traced", "most", 100, "holding", List.of());

    assertThat(http.post(worker + "/claim", wish).json().path("jobs").valueStream())
        .extracting(it -> it.path("traceparent").asString(""))
        .containsExactly("", "", "", "", "", trace, trace, trace);
  }

  @Test
  void aJobMayBringItsOwnPolicy() throws Exception {
    Map<String, Object> retry = Map.of("attempts_max", 1, "attempt_ms", 7_000);
    long id = enqueue("own-policy", Map.of("kind", "echo", "retry", retry));
    JsonNode found = http.get("/v1/jobs/" + id).json().path("retry");
    assertThat(found.path("attempts_max").asInt()).isOne();
    assertThat(found.path("backoff_ms").asInt()).as("left out, so as usual").isEqualTo(500);

    JsonNode job = claim(worker(20_000), "own-policy", 0).get(0);
    assertThat(job.path("attempts_max").asInt()).isOne();
    assertThat(job.path("attempt_ms").asLong()).isEqualTo(7_000);
    Http.Answered failed = http.post(job.path("url").asString() + "/fail", Map.of("error", "no"));
    assertThat(failed.json().path("state").asString()).isEqualTo("failed");
  }

  @Test
  void anAppendThatIsRepeatedStandsOnceAndOneThatIsMissingIsNoticed() throws Exception {
    long id = enqueue("numbered", Map.of("kind", "echo"));
    String run = claim(worker(20_000), "numbered", 0).get(0).path("url").asString();
    for (int i = 0; i < 2; i++) {
      assertThat(http.post(run + "/progress", Map.of("value", 0.1, "seq", 0)).status())
          .isEqualTo(204);
    }
    Http.Answered gap = http.post(run + "/progress", Map.of("value", 0.3, "seq", 2));
    assertThat(gap.status()).isEqualTo(400);
    assertThat(gap.message()).contains("seq must be 1 now, was 2");
    assertThat(types(id)).containsExactly("begin", "progress");
  }

  @Test
  void whatAJobTellsIsWrittenByNobodyElse() throws Exception {
    long id = enqueue("told", Map.of("kind", "echo"));
    String journal = "/v1/stream/jobs/" + id;
    String forged = "{\"type\":\"end\",\"outcome\":\"done\"}";
    List<Http.Answered> refused =
        List.of(
            http.exchange("PUT", journal, "", "Content-Type", "text/plain"),
            http.exchange("PUT", journal, "", "Stream-Forked-From", "/v1/stream/other"),
            http.exchange("POST", journal, forged, "Content-Type", "application/json"),
            http.exchange("POST", journal, "", "Stream-Closed", "true"),
            http.send("DELETE", journal));
    assertThat(refused)
        .allSatisfy(it -> {
          assertThat(it.status()).isEqualTo(405);
          assertThat(it.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
          assertThat(it.message()).contains("Only the worker that runs a job writes");
        });
    String run = claim(worker(20_000), "told", 0).get(0).path("url").asString();
    assertThat(http.post(run + "/progress", Map.of("value", 1)).status()).isEqualTo(204);
    assertThat(types(id)).containsExactly("begin", "progress");
  }

  @Test
  void aParentsChildrenAreReadByWhoHoldsIt() throws Exception {
    try (Operator operator = Operator.of(scene)) {
      operator.family(
          NewJob.of("kin", "echo", "{}"),
          List.of(NewJob.of("kin", "echo", "1"), NewJob.of("kin", "echo", "2")));
    }
    String worker = worker(20_000);
    List<Long> children = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      JsonNode child = claim(worker, "kin", 0).get(0);
      children.add(child.path("job").asLong());
      http.post(child.path("url").asString() + "/finish", Map.of("result", Map.of("n", i)));
    }
    JsonNode parent = claim(worker, "kin", 10_000).get(0);
    String url = parent.path("url").asString() + "/children";

    assertThat(http.get(url).body())
        .isEqualTo(
            "{\"children\":[{\"job\":%d,\"kind\":\"echo\",\"state\":\"done\",\"result\":{\"n\":1}},"
                    .formatted(children.getFirst())
                + "{\"job\":%d,\"kind\":\"echo\",\"state\":\"done\",\"result\":{\"n\":2}}],"
                    .formatted(children.getLast())
                + "\"next\":null}");
    assertThat(http.get(url + "?after=" + children.getFirst()).json().path("children").size())
        .isOne();
    assertThat(http.get(url + "?after=x").message()).contains("after must be");
    http.post(parent.path("url").asString() + "/finish", Map.of());
    assertThat(http.get(url).status()).isEqualTo(409);
  }

  @Test
  void aLateFinishIsRefusedAndTheOthersStands() throws Exception {
    long id = enqueue("late", Map.of("kind", "echo"));
    String silent = worker(2_000);
    String lost = claim(silent, "late", 0).get(0).path("url").asString();
    JsonNode again = claim(worker(20_000), "late", 30_000).get(0);
    assertThat(again.path("job").asLong()).isEqualTo(id);
    assertThat(again.path("attempt").asInt()).isEqualTo(2);

    Http.Answered refused = http.post(lost + "/finish", Map.of("result", "mine"));
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().path("code").asString()).isEqualTo("not_held");
    assertThat(http.post(silent + "/beat", Map.of()).status()).isEqualTo(410);
    Http.Answered anew = http.post(silent + "/claim", wish("late", 0));
    assertThat(anew.json().path("code").asString()).isEqualTo("unknown_worker");
    String mine = again.path("url").asString();
    assertThat(http.post(mine + "/finish", Map.of("result", "theirs")).status()).isEqualTo(200);
    try (Operator operator = Operator.of(scene)) {
      assertThat(operator.awaitEnd(id, Duration.ofSeconds(5)).result().asString())
          .isEqualTo("theirs");
    }
  }

  @Test
  void whoWaitsIsAnsweredWhenAJobComes() throws Exception {
    String worker = worker(20_000);
    CompletableFuture<JsonNode> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return claim(worker, "waited-for", 30_000);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            Thread.ofVirtual()::start);
    long id = enqueue("waited-for", Map.of("kind", "echo"));
    assertThat(waiting.get(10, TimeUnit.SECONDS).get(0).path("job").asLong()).isEqualTo(id);
  }

  @Test
  void whoeverLeavesWhileItWaitsTakesNothingWithIt() throws Exception {
    String worker = worker(20_000);
    RawHttp.askAndLeave(
        http.base(), worker + "/claim", "{\"queue\":\"left\",\"holding\":[],\"wait_ms\":30000}");
    assertThat(claim(worker, "left", 1_500)).as("by now it was noticed").isEmpty();
    long id = enqueue("left", Map.of("kind", "echo"));
    String other = worker(20_000);
    assertThat(claim(other, "left", 5_000).get(0).path("job").asLong()).isEqualTo(id);
  }

  @Test
  void manyJobsAreEnqueuedAtOnceAndAKeyIsTakenOnce() throws Exception {
    List<Map<String, Object>> many =
        new ArrayList<>(Collections.nCopies(500, Map.of("kind", "echo")));
    Http.Answered all = http.post("/v1/work/queues/many/jobs", many);
    assertThat(all.status()).isEqualTo(201);
    assertThat(all.json().path("jobs")).hasSize(500);
    Map<String, Object> keyed = Map.of("kind", "echo", "dedupe", Map.of("key", "k"));
    JsonNode first = http.post("/v1/work/queues/keyed/jobs", keyed).json();
    JsonNode second = http.post("/v1/work/queues/keyed/jobs", keyed).json();
    assertThat(first.path("fate").asString()).isEqualTo("new");
    assertThat(second.path("fate").asString()).isEqualTo("rejected");
    assertThat(second.path("job")).isEqualTo(first.path("job"));
  }

  @Test
  void aRetryIsAsTheWorkerSaid() throws Exception {
    enqueue("failing", Map.of("kind", "echo"));
    String worker = worker(20_000);
    String run = claim(worker, "failing", 0).get(0).path("url").asString();
    Http.Answered again =
        http.post(run + "/fail", Map.of("error", "not now", "retry_after_ms", 20));
    assertThat(again.json().path("state").asString()).isEqualTo("again");
    assertThat(again.json().path("after_ms").asLong()).isEqualTo(20);
    String second = claim(worker, "failing", 10_000).get(0).path("url").asString();
    assertThat(http.post(second + "/snooze", Map.of("after_ms", 10)).status()).isEqualTo(200);
    JsonNode third = claim(worker, "failing", 10_000).get(0);
    assertThat(third.path("attempt").asInt()).isEqualTo(2);
    Map<String, Object> nonsense = Map.of("error", "nonsense", "retryable", false);
    Http.Answered over = http.post(third.path("url").asString() + "/fail", nonsense);
    assertThat(over.json().path("state").asString()).isEqualTo("failed");
  }

  @Test
  void aJobThatIsPutBackIsToldOfInTheSameStream() throws Exception {
    long id = enqueue("revived", Map.of("kind", "echo"));
    String worker = worker(20_000);
    String run = claim(worker, "revived", 0).get(0).path("url").asString();
    assertThat(http.post(run + "/progress", Map.of("value", 0.1)).status()).isEqualTo(204);
    Map<String, Object> nonsense = Map.of("error", "nonsense", "retryable", false);
    assertThat(http.post(run + "/fail", nonsense).status()).isEqualTo(200);
    assertThat(http.post("/v1/jobs/" + id + "/retry", "").status()).isEqualTo(200);

    String again = claim(worker, "revived", 10_000).get(0).path("url").asString();
    assertThat(http.post(again + "/progress", Map.of("value", 0.2)).status()).isEqualTo(204);
    assertThat(http.post(again + "/finish", Map.of()).status()).isEqualTo(200);
    assertThat(types(id)).containsExactly("begin", "progress", "end", "begin", "progress", "end");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "workers | {} | name must be given",
        "workers | {\"name\":\"w\"} | kinds must be given",
        "workers | {\"name\":\"w\",\"kinds\":{}} | 1 to 100 kinds",
        "workers | {\"name\":\" \",\"kinds\":{\"a\":{}}} | 1 to 100 characters",
        "workers | {\"name\":\"w\",\"kinds\":{\"a\":{}},\"lease_ms\":1} | lease_ms must be a whole",
        "workers | {\"name\":\"w\",\"kinds\":{\"a\":{\"attempts_max\":0}}} | kinds.a.attempts_max",
        "workers | {\"name\":\"w\",\"kinds\":{\"a\":7}} | kinds.a must be a JSON object",
        "workers | {\"name\":\"w\",\"kinds\":{\"answer\":{}}} | done by the server itself",
        "workers | [] | The body must be a JSON object, was array",
        "workers | {\"name\" | not JSON",
        "queues/q/jobs | {} | kind must be given",
        "queues/q/jobs | [] | 1 to 1000 jobs",
        "queues/q/jobs | [{\"kind\":\"a\"},{}] | [1].kind must be given",
        "queues/q/jobs | {\"kind\":\"a\",\"delay_ms\":-1} | delay_ms must be a whole number from 0",
        "queues/q/jobs | {\"kind\":\"a\",\"delay_ms\":0.5} | delay_ms must be a whole number",
        "queues/q/jobs | {\"kind\":\"a\",\"dedupe\":{\"key\":\"k\",\"how\":\"x\"}} | dedupe.how must be",
        "queues/q/jobs | {\"kind\":\"\"} | kind must have 1 to 100 characters",
        "queues/q/jobs | {\"kind\":\"answer\",\"payload\":{\"stream\":5}} | done by the server itself",
        "queues/q/jobs | {\"kind\":\"a\",\"retry\":{\"attempts_max\":0}} | retry.attempts_max must be",
        "queues/q/jobs | {\"kind\":\"a\",\"retry\":{\"attempt_ms\":0}} | retry.attempt_ms must be",
        "queues/q/jobs | {\"kind\":\"a\",\"retry\":5} | retry must be a JSON object",
        "queues/q/jobs | {\"kind\":\"everbrook.cancel\"} | done by the server itself",
        "queues/q/jobs | {\"kind\":\"everbrook.drain\"} | done by the server itself",
        "queues/q/jobs | [{\"kind\":\"everbrook.redrive\"}] | done by the server itself",
        "queues/everbrook/jobs | {\"kind\":\"a\"} | belongs to the server",
        "queues/answers/jobs | {\"kind\":\"a\"} | belongs to the server",
      })
  void whatCannotBeMeantIsRefusedInWords(String path, String body, String message)
      throws Exception {
    Http.Answered refused = http.post("/v1/work/" + path, body);
    assertThat(refused.status()).as(refused.body()).isEqualTo(400);
    assertThat(refused.json().path("code").asString()).isEqualTo("invalid");
    assertThat(refused.message()).contains(message);
  }

  @Test
  void aClaimMustSayWhatIsHeldAndStayWithinItsBounds() throws Exception {
    String worker = worker(20_000);
    assertThat(http.post(worker + "/claim", Map.of("queue", "q")).message())
        .contains("holding must be given");
    Map<String, Object> tooMany = Map.of("queue", "q", "holding", List.of(), "most", 101);
    assertThat(http.post(worker + "/claim", tooMany).message()).contains("from 1 to 100");
    Map<String, Object> tooLong = Map.of("queue", "q", "holding", List.of(), "wait_ms", 30_001);
    assertThat(http.post(worker + "/claim", tooLong).message()).contains("from 0 to 30000");
  }

  @Test
  void whoeverIsNotKnownGetsNothing() throws Exception {
    assertThat(http.post(NOBODY + "/claim", wish("q", 0)).status()).isEqualTo(410);
    assertThat(http.post(NOBODY + "/beat", Map.of()).status()).isEqualTo(410);
    assertThat(http.send("DELETE", NOBODY).status()).isEqualTo(410);
    assertThat(http.post(NOBODY + "/jobs/1/runs/1/finish", Map.of()).status()).isEqualTo(409);
    assertThat(http.post(NOBODY + "/jobs/x/runs/1/finish", Map.of()).status()).isEqualTo(404);
    assertThat(http.post("/v1/work/workers/7/beat", Map.of()).status()).isEqualTo(404);
    Http.Answered foreign =
        http.post("/v1/work/workers", Map.of("name", "w"), "Origin", "http://elsewhere.example");
    assertThat(foreign.status()).isEqualTo(403);
    assertThat(foreign.json().path("code").asString()).isEqualTo("forbidden");
  }

  private static long enqueue(String queue, Map<String, Object> job) throws Exception {
    Http.Answered enqueued = http.post("/v1/work/queues/" + queue + "/jobs", job);
    assertThat(enqueued.status()).as(enqueued.body()).isEqualTo(201);
    return enqueued.json().path("job").asLong();
  }

  /** Returns the worker's URL. */
  private static String worker(int leaseMs) throws Exception {
    Http.Answered registered =
        http.post(
            "/v1/work/workers",
            Map.of("name", "by hand", "lease_ms", leaseMs, "kinds", Map.of("echo", Map.of())));
    assertThat(registered.status()).as(registered.body()).isEqualTo(201);
    return registered.json().path("url").asString();
  }

  private static Map<String, Object> wish(String queue, int waitMs) {
    return Map.of("queue", queue, "holding", List.of(), "wait_ms", waitMs);
  }

  private static JsonNode claim(String worker, String queue, int waitMs) throws Exception {
    Http.Answered claimed = http.post(worker + "/claim", wish(queue, waitMs));
    assertThat(claimed.status()).as(claimed.body()).isEqualTo(200);
    return claimed.json().path("jobs");
  }

  private static List<String> types(long job) throws Exception {
    List<String> types = new ArrayList<>();
    http.get("/v1/stream/jobs/" + job).json().forEach(it -> types.add(it.path("type").asString()));
    return types;
  }
}
