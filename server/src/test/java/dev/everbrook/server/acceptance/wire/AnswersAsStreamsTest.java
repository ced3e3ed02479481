package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Answers read by the Durable Streams protocol, and what it refuses. */
@ExtendWith(SharedScene.class)
class AnswersAsStreamsTest {

  private static Scene scene;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
  }

  @Test
  void anAnswerHasTheSameNumbersInBothDialects() throws Exception {
    ChatClient.Begun begun = scene.client().begin("one number everywhere. words:20");
    String path = "/v1/stream/answers/" + begun.stream();
    try (Reader reader = scene.client().events(begun.stream(), -1)) {
      List<Reader.Event> events = reader.awaitEnd();
      Http.Answered all = scene.http().get(path);
      assertThat(all.status()).isEqualTo(200);
      assertThat(header(all, "stream-closed")).isEqualTo("true");
      assertThat(header(all, "stream-up-to-date")).isEqualTo("true");
      assertThat(header(all, "stream-next-offset")).isEqualTo(offset(events.size()));
      assertThat(all.json()).hasSize(events.size());

      for (int at = 0; at < events.size(); at++) {
        Http.Answered rest = scene.http().get(path + "?offset=" + offset(at));
        assertThat(rest.json().path(0).path("type").asString())
            .isEqualTo(events.get(at).json().path("type").asString());
        assertThat(rest.json()).hasSize(events.size() - at);
      }
    }
  }

  @Test
  void anAnswerIsFollowedLiveByLongPolls() throws Exception {
    ChatClient.Begun begun = scene.client().begin("ask sim-8b: step by step. words:400");
    String path = "/v1/stream/answers/" + begun.stream();
    String next = "-1";
    int polls = 0;
    int events = 0;
    boolean closed = false;
    while (!closed) {
      Http.Answered poll = scene.http().get(path + "?live=long-poll&offset=" + next);
      assertThat(poll.status()).isIn(200, 204);
      events += poll.status() == 200 ? poll.json().size() : 0;
      next = header(poll, "stream-next-offset");
      closed = header(poll, "stream-closed").equals("true");
      assertThat(next).isEqualTo(offset(events));
      polls++;
    }
    assertThat(polls).as("live, not in one piece at the end").isGreaterThan(5);
  }

  @Test
  void anAnswerCannotBeWritten() throws Exception {
    ChatClient.Begun begun = scene.client().begin("mine alone. words:5");
    String path = "/v1/stream/answers/" + begun.stream();
    for (String method : List.of("PUT", "POST", "DELETE")) {
      Http.Answered refused = scene.http().send(method, path);
      assertThat(refused.status()).isEqualTo(405);
      assertThat(header(refused, "allow")).isEqualTo("GET, HEAD, OPTIONS");
    }
    assertThat(scene.http().get("/v1/stream/answers/nothing").status()).isEqualTo(404);
    assertThat(scene.http().get("/v1/stream/__ds/subscriptions/1").status()).isEqualTo(501);
  }

  @Test
  void aLifetimeThatMakesNoSenseIsToldAndNothingIsMade() throws Exception {
    String path = "/v1/stream/short-lived";
    for (String wrong : List.of("tomorrow", "2030-01-31", "+12345-01-01T00:00:00Z", " ")) {
      Http.Answered refused = scene.http().send("PUT", path, "Stream-Expires-At", wrong);
      assertThat(refused.status()).as("Stream-Expires-At: %s", wrong).isEqualTo(400);
      assertThat(refused.body()).contains("Stream-Expires-At").contains("2030-01-31T12:00:00Z");
    }
    for (String wrong : List.of("0x10", "-1", "1.5", "1e3", "007")) {
      Http.Answered refused = scene.http().send("PUT", path, "Stream-TTL", wrong);
      assertThat(refused.status()).as("Stream-TTL: %s", wrong).isEqualTo(400);
    }
    Http.Answered both =
        scene
            .http()
            .send("PUT", path, "Stream-TTL", "60", "Stream-Expires-At", "2030-01-31T12:00:00Z");
    assertThat(both.status()).isEqualTo(400);
    assertThat(both.body()).contains("exclude each other");
    assertThat(scene.http().get(path).status()).isEqualTo(404);
  }

  @Test
  void aPageOfAnotherOriginIsNeverLetIn() throws Exception {
    String[] foreign = {"Origin", "https://example.com", "Content-Type", "text/plain"};
    assertThat(scene.http().post("/v1/stream/any", "x", foreign).status()).isEqualTo(403);
    URI base = scene.server().base();
    String preflight =
        "OPTIONS /v1/stream/any HTTP/1.1\r\nHost: "
            + base.getAuthority()
            + "\r\nOrigin: https://example.com\r\nConnection: close\r\n\r\n";
    assertThat(RawHttp.exchange(base, preflight))
        .startsWith("HTTP/1.1 204 ")
        .doesNotContain("allow-origin", "example.com");
  }

  @Test
  void aBodyThatIsTooLongIsToldTheBound() throws Exception {
    Http.Answered refused =
        scene
            .http()
            .post("/v1/stream/any", "x".repeat((10 << 20) + 1), "Content-Type", "text/plain");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.message()).contains("10485760");
  }

  @Test
  void whatAChannelHoldsIsNotShownAsEventsOfAnAnswer() throws Exception {
    assertThat(scene.http().send("PUT", "/v1/stream/bytes").status()).isEqualTo(201);
    Http.Answered read = scene.http().get("/v1/stream/bytes");
    String tag = read.headers().firstValue("etag").orElseThrow();
    String id = tag.substring(1, tag.indexOf(':'));
    assertThat(scene.http().get("/v1/streams/" + id).status()).isEqualTo(404);
  }

  private static String offset(long event) {
    return String.format(Locale.ROOT, "%016d", event);
  }

  private static String header(Http.Answered answered, String name) {
    return answered.headers().firstValue(name).orElse("");
  }
}
