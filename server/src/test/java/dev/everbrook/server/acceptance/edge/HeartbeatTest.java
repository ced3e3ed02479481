package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LiveClient;
import dev.everbrook.server.testing.LoneEdge;
import dev.everbrook.server.testing.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Signs of life on a silent stream, and the bounds of an edge. */
class HeartbeatTest {

  private static final Duration BEAT = Duration.ofMillis(200);
  private static final long BODIES = 1 << 20;
  private static final int FEW_BODIES = 16 << 10;

  @Test
  void aStreamThatHasNotBegunSaysThatItIsAlive() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.heartbeat(BEAT));
        Reader asking = edge.client().ask("Are you there?");
        Reader reader = edge.client().events(ChatClient.begun(asking).stream(), -1);
        LiveClient live = LiveClient.connect(edge.base())) {
      asking.awaitComment();
      reader.awaitComment();
      live.awaitPing();
      assertThat(asking.events()).isEmpty();
      assertThat(reader.events()).extracting(Reader.Event::type).doesNotContain("text");
      edge.client().cancel(ChatClient.begun(asking).stream());
      assertThat(Copy.of(reader.awaitEnd()).types()).endsWith("cancelled");
    }
  }

  @Test
  void oneSocketFollowsSoManyStreamsAndNoMore() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.bounded(10, 2, BODIES));
        LiveClient live = LiveClient.connect(edge.base())) {
      for (String prompt : new String[] {"one", "two"}) {
        live.subscribe(edge.client().begin(prompt).stream(), -1);
      }
      live.await(all -> all.stream().filter(it -> LiveClient.is(it, "subscribed")).count() == 2);
      live.subscribe(edge.client().begin("three").stream(), -1);
      JsonNode refused = live.await("error");
      assertThat(refused.path("status").asInt()).isEqualTo(429);
      assertThat(refused.path("message").asString()).contains("at most 2 streams");
    }
  }

  @Test
  void whoFollowsHoldsNothingOfTheRequestsThatAreUnderWay() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.bounded(100, 10, FEW_BODIES))) {
      String stream = edge.client().begin("Quiet, please.").stream();
      List<Reader> readers = new ArrayList<>();
      try {
        for (int i = 0; i < 2 * FEW_BODIES / 1024; i++) {
          Reader reader = edge.client().events(stream, -1);
          readers.add(reader);
          assertThat(reader.status()).isEqualTo(200);
        }
      } finally {
        readers.forEach(Reader::close);
      }
      edge.client().cancel(stream);
    }
  }

  @Test
  void whoComesWhenThereIsNoPlaceIsTurnedAwayUntilOneIsFree() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.bounded(1, 1, BODIES))) {
      String stream = edge.client().begin("Quiet, please.").stream();
      try (Reader first = edge.client().events(stream, -1)) {
        first.awaitEvents(2);
        try (Reader second = edge.client().events(stream, -1)) {
          assertThat(second.status()).isEqualTo(503);
        }
        edge.client().cancel(stream);
        first.awaitEnd();
      }
      try (Reader third = edge.client().events(stream, -1)) {
        assertThat(third.status()).isEqualTo(200);
        third.awaitEnd();
      }
    }
  }

  @Test
  void bodiesBeyondWhatIsHeldAtOnceAreRefusedBeforeTheyAreRead() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.bounded(10, 10, 16 * 1024))) {
      Http http = edge.client().http();
      Http.Answered refused = http.post("/chat", Http.prompt("x".repeat(20 * 1024)));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(http.post("/chat", Http.prompt("x".repeat(8 * 1024))).message())
          .isEqualTo("Prompt cannot exceed 1000 characters"); // it was read, and the room is back
      assertThat(http.post("/chat", Http.prompt("x".repeat(8 * 1024))).status()).isEqualTo(400);
    }
  }
}
