package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A name that was mistyped is visible: nothing is stored under it, and the answer says so. */
@ExtendWith(SharedScene.class)
class UnknownNamesTest {

  private static final String ABSENT = "/v1/queues/mial";

  private static Http http;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    http = shared.http();
  }

  @Test
  void aQueueThatDoesNotExistIsNotChanged() throws Exception {
    for (String body :
        List.of("{}", "{\"paused\":true}", "{\"paused\":false}", "{\"limits\":{\"at_once\":1}}")) {
      assertUnknownQueue(http.exchange("PATCH", ABSENT, body));
    }
    assertUnknownQueue(http.post(ABSENT + "/drain", ""));
    assertUnknownQueue(http.get(ABSENT));
    assertThat(http.get("/v1/queues").body()).doesNotContain("mial");
  }

  @Test
  void theLanesOfAQueueThatDoesNotExistAreNotChanged() throws Exception {
    assertUnknownQueue(http.get(ABSENT + "/lanes"));
    assertUnknownQueue(http.exchange("PUT", ABSENT + "/lanes/acme", "{\"at_once\":1}"));
    assertUnknownQueue(http.exchange("PUT", ABSENT + "/lanes/*", "{\"at_once\":1}"));
    assertUnknownQueue(http.exchange("PUT", ABSENT + "/lanes/", "{\"at_once\":1}"));
    assertUnknownQueue(http.send("DELETE", ABSENT + "/lanes/acme"));
    assertUnknownQueue(http.post(ABSENT + "/lanes/acme/close", "{\"for_ms\":1000}"));
    assertUnknownQueue(http.post(ABSENT + "/lanes/acme/open", ""));
    assertThat(http.get("/v1/queues").body()).doesNotContain("mial");
  }

  @Test
  void aQueueIsCreatedBeforeItsFirstJobByPut() throws Exception {
    Http.Answered created =
        http.exchange("PUT", "/v1/queues/early", "{\"paused\":true,\"limits\":{\"at_once\":3}}");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.json().path("paused").asBoolean()).isTrue();
    assertThat(created.json().at("/limits/at_once").asInt()).isEqualTo(3);
    assertThat(http.exchange("PATCH", "/v1/queues/early", "{\"paused\":false}").status())
        .isEqualTo(200);
    assertThat(http.exchange("PUT", "/v1/queues/early/lanes/acme", "{\"at_once\":1}").status())
        .isEqualTo(200);
    assertThat(http.post("/v1/queues/early/drain", "").status()).isEqualTo(202);

    Http.Answered again = http.exchange("PUT", "/v1/queues/early", "");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("paused").asBoolean(true)).isFalse();
    assertThat(again.json().at("/limits/at_once").isNull()).isTrue();
    assertThat(lanes("early").at("/lanes/0/name").asString()).isEqualTo("acme");
  }

  @Test
  void aQueueThatHasHadAJobIsKnown() throws Exception {
    Map<String, Object> job = Map.of("kind", "k", "payload", Map.of());
    assertThat(http.post("/v1/work/queues/worked/jobs", job).status()).isEqualTo(201);
    assertThat(http.exchange("PATCH", "/v1/queues/worked", "{\"paused\":true}").status())
        .isEqualTo(200);
    assertThat(lanes("worked").path("lanes").isArray()).isTrue();
  }

  @Test
  void aLaneOfAKnownQueueMayBePreparedBeforeItsJobs() throws Exception {
    http.exchange("PUT", "/v1/queues/known", "");
    assertThat(http.post("/v1/queues/known/lanes/new/close", "{\"for_ms\":60000}").status())
        .isEqualTo(200);
    assertThat(http.send("DELETE", "/v1/queues/known/lanes/never").status()).isEqualTo(204);
    assertThat(http.post("/v1/queues/known/lanes/never/open", "").status()).isEqualTo(204);
  }

  @Test
  void wrongNamesAndBodiesCreateNothing() throws Exception {
    assertThat(http.exchange("PUT", "/v1/queues/" + "x".repeat(101), "").status()).isEqualTo(400);
    assertThat(http.exchange("PUT", "/v1/queues/bad", "{\"limit\":1}").status()).isEqualTo(400);
    assertThat(http.exchange("PUT", "/v1/queues/bad", "{\"paused\":1}").status()).isEqualTo(400);
    assertThat(http.exchange("PUT", "/v1/queues/bad", "{\"limits\":{\"at_once\":0}}").status())
        .isEqualTo(400);
    assertThat(http.exchange("PATCH", "/v1/queues/%00", "{}").status()).isEqualTo(400);
    assertThat(http.get("/v1/queues/bad").status()).isEqualTo(404);
  }

  @Test
  void jobsAndSchedulesThatDoNotExistAreNotFound() throws Exception {
    for (String action : List.of("retry", "run-now", "cancel")) {
      assertThat(http.post("/v1/jobs/987654321/" + action, "").status()).as(action).isEqualTo(404);
    }
    for (String action : List.of("pause", "resume", "run-now")) {
      Http.Answered answered = http.post("/v1/schedules/dialy/" + action, "");
      assertThat(answered.status()).as(action).isEqualTo(404);
      assertThat(answered.message()).contains("'dialy'");
    }
    assertThat(http.send("DELETE", "/v1/schedules/dialy").status()).isEqualTo(404);
    assertThat(http.get("/v1/schedules/dialy").status()).isEqualTo(404);
  }

  private static JsonNode lanes(String queue) throws Exception {
    return http.get("/v1/queues/" + queue + "/lanes").json();
  }

  private static void assertUnknownQueue(Http.Answered answered) {
    assertThat(answered.status()).isEqualTo(404);
    assertThat(answered.message())
        .isEqualTo(
            "There is no queue 'mial'. It exists from its first job on, or once PUT"
                + " /v1/queues/{queue} has created it.");
  }
}
