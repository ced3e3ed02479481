package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LiveClient;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** {@code GET /v1/streams/{id}}: one numbering, from any offset, live and later. */
@ExtendWith(SharedScene.class)
class StreamReadingTest {

  private static final String JSON = "application/json";

  private static Scene scene;
  private static Http http;
  private static ChatClient client;
  private static ChatClient.Begun ended;
  private static Copy whole;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
    client = scene.client();
    ended = client.begin("An answer to read again and again. words:60");
    whole = client.whole(ended.stream());
  }

  @Test
  void theNumbersAreDenseFromZeroAndTheEventsTellTheWholeStory() throws Exception {
    assertThat(whole.types())
        .startsWith("created", "queued", "started", "item.added", "part.added", "text")
        .endsWith("text", "text.done", "part.done", "item.done", "completed")
        .doesNotContain("reset", "waiting");
    assertThat(whole.text()).isEqualTo(client.stored(ended.chat()));
  }

  @Test
  void fromEveryNumberOnExactlyTheRestComes() throws Exception {
    List<Reader.Event> all = whole.events();
    for (int after = -1; after < all.size() - 1; after++) {
      try (Reader reader = http.follow(path(ended) + "?after=" + after)) {
        assertThat(reader.awaitEnd()).isEqualTo(all.subList(after + 1, all.size()));
      }
    }
  }

  @Test
  void theLastEventIdOfABrowserThatComesBackWinsOverTheAddress() throws Exception {
    try (Reader reader = http.follow(path(ended) + "?after=2", "Last-Event-ID", "9")) {
      assertThat(reader.awaitEnd().getFirst().id()).hasValue(10);
    }
    try (Reader reader = http.follow(path(ended) + "?snapshot=1", "Last-Event-ID", "9")) {
      assertThat(reader.awaitEnd().getFirst().id()).hasValue(10);
    }
  }

  @Test
  void whoHasItAllIsToldNotToComeBack() throws Exception {
    assertThat(http.get(path(ended) + "?after=" + whole.last()).status()).isEqualTo(204);
    assertThat(http.get(path(ended), "Last-Event-ID", "" + whole.last()).status()).isEqualTo(204);
  }

  @Test
  void aSnapshotOfAnEndedStreamIsItsTextAndItsLastEvent() throws Exception {
    try (Reader reader = http.follow(path(ended) + "?snapshot=1")) {
      List<Reader.Event> events = reader.awaitEnd();
      assertThat(events).extracting(Reader.Event::type).containsExactly("snapshot", "completed");
      assertThat(events.getFirst().json().path("text").asString()).isEqualTo(whole.text());
      assertThat(events.getLast().id()).hasValue(whole.last());
    }
  }

  @Test
  void aSnapshotOfAnOpenStreamAndWhatFollowsAreTheWholeText() throws Exception {
    try (Reader asking = client.ask("ask sim-8b: still going. words:400")) {
      asking.awaitEvents(20);
      ChatClient.Begun open = ChatClient.begun(asking);
      try (Reader reader = http.follow(path(open) + "?snapshot=1")) {
        List<Reader.Event> events = reader.awaitEnd();
        assertThat(events.getFirst().json().path("text").asString()).isNotEmpty();
        assertThat(events).extracting(Reader.Event::type).contains("text");
        assertThat(Copy.textOf(events)).isEqualTo(client.stored(open.chat()));
        assertThat(events.get(1).id()).hasValue(events.getFirst().id().orElseThrow() + 1);
      }
    }
  }

  @Test
  void aSnapshotBeforeAnythingHappenedMissesNothing() throws Exception {
    ChatClient.Begun open = client.begin("ask sim-8b!slow@1: wait for it. words:5");
    try (Reader reader = http.follow(path(open) + "?snapshot=1")) {
      assertThat(Copy.textOf(reader.awaitEnd())).isEqualTo(client.stored(open.chat()));
    }
  }

  @Test
  void pagesOfJsonLeadToTheEnd() throws Exception {
    ChatClient.Begun begun = client.begin("A long one. words:15000");
    Copy events = client.whole(begun.stream());
    List<JsonNode> paged = new ArrayList<>();
    long next = -1;
    boolean closed = false;
    int pages = 0;
    while (!closed) {
      JsonNode page = http.get(path(begun) + "?after=" + next, "Accept", JSON).json();
      paged.addAll(page.path("events").values());
      next = page.path("next").asLong();
      closed = page.path("closed").asBoolean();
      pages++;
    }
    assertThat(paged).isEqualTo(events.events().stream().map(Reader.Event::json).toList());
    assertThat(next).isEqualTo(events.last());
    assertThat(pages).isGreaterThan(1);

    JsonNode beyond = http.get(path(begun) + "?after=" + next, "Accept", JSON).json();
    assertThat(beyond.path("events").values()).isEmpty();
    assertThat(beyond.path("closed").asBoolean()).isTrue();
    assertThat(beyond.path("next").asLong()).isEqualTo(next);
  }

  @Test
  void aPageOfAnOpenStreamIsNotItsEnd() throws Exception {
    ChatClient.Begun open = client.begin("ask sim-8b!stall@3: hm? words:9");
    try (Reader reader = client.events(open.stream(), -1)) {
      reader.awaitType("text");
      JsonNode page = http.get(path(open), "Accept", JSON).json();
      assertThat(page.path("closed").asBoolean()).isFalse();
      assertThat(page.path("events").get(0).path("type").asString()).isEqualTo("created");
    }
    client.cancel(open.stream());
  }

  @Test
  void whatIsNoNumberIsRefusedWithTheAllowedValues() throws Exception {
    for (String after : List.of("x", "-2", "1.5", Long.MAX_VALUE + "", "99999999999999999999")) {
      Http.Answered answered = http.get(path(ended) + "?after=" + after);
      assertThat(answered.status()).as(after).isEqualTo(400);
      assertThat(answered.message()).contains("after").contains(after);
      assertThat(http.get(path(ended), "Last-Event-ID", after).status()).isEqualTo(400);
    }
  }

  @Test
  void aNumberBehindTheEndIsRefusedWithTheLastThereIs() throws Exception {
    for (long beyond : List.of(whole.last() + 1, 1L << 53)) {
      String path = path(ended) + "?after=" + beyond;
      for (Http.Answered refused : List.of(http.get(path), http.get(path, "Accept", JSON))) {
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.message()).endsWith("is number " + whole.last() + ".");
      }
    }
    ChatClient.Begun open = client.begin("ask sim-fast!stall@0: not yet");
    try (Reader reader = client.events(open.stream(), -1)) {
      reader.awaitType("started");
      Http.Answered refused = http.get(path(open) + "?after=99");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.message()).endsWith("so far.");
    }
    client.cancel(open.stream());
  }

  @Test
  void aChannelIsNoAnswerHereAndIsNeitherShownNorStoppedNorRemoved() throws Exception {
    Http.Answered made = http.send("PUT", "/v1/stream/no/answer");
    assertThat(made.status()).isEqualTo(201);
    String tag = http.get("/v1/stream/no/answer").headers().firstValue("etag").orElseThrow();
    String id = tag.substring(1, tag.indexOf(':'));
    assertThat(http.get("/v1/streams/" + id).status()).isEqualTo(404);
    assertThat(http.post("/v1/streams/" + id + "/cancel", "").status()).isEqualTo(404);
    assertThat(http.send("DELETE", "/v1/streams/" + id).status()).isEqualTo(404);
    assertThat(http.get("/api/chat/" + id + "/stream").status()).isEqualTo(204);
    assertThat(http.post("/api/chat/" + id + "/stop", "").status()).isEqualTo(404);
    try (LiveClient live = LiveClient.connect(scene.server().base())) {
      live.subscribe(id, -1);
      assertThat(live.await("error").path("status").asInt()).isEqualTo(404);
    }
    assertThat(http.get("/v1/stream/no/answer").status()).isEqualTo(200);
  }

  @Test
  void aStreamThatIsNotThereIsNotFoundHoweverItIsNamed() throws Exception {
    for (String id : List.of(UUID.randomUUID().toString(), "1", "x", "0-0-0-0-0", "%00", "a%27b")) {
      Http.Answered answered = http.get("/v1/streams/" + id);
      assertThat(answered.status()).as(id).isEqualTo(404);
      assertThat(answered.message()).as(id).isNotEmpty();
      assertThat(http.post("/v1/streams/" + id + "/cancel", "").status()).isEqualTo(404);
    }
  }

  @Test
  void twentyReadersOfOneAnswerSeeTheSame() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-8b: for all of you. words:80");
    List<Reader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        readers.add(client.events(begun.stream(), -1));
      }
      List<Reader.Event> first = readers.getFirst().awaitEnd();
      assertThat(Copy.of(first).text()).isEqualTo(client.stored(begun.chat()));
      for (Reader reader : readers) {
        assertThat(reader.awaitEnd()).isEqualTo(first);
      }
    } finally {
      readers.forEach(Reader::close);
    }
  }

  private static String path(ChatClient.Begun begun) {
    return "/v1/streams/" + begun.stream();
  }
}
