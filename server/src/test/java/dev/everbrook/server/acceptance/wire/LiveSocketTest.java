package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.LiveClient;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code /v1/live}: many streams over one WebSocket, under the same numbers as everywhere. */
class LiveSocketTest {

  private static Scene scene;
  private static URI base;
  private static ChatClient client;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(it -> it);
    base = scene.server().base();
    client = scene.client();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void manyAnswersComeOverOneSocketWhileTheyAreWritten() throws Exception {
    try (LiveClient live = LiveClient.connect(base)) {
      List<ChatClient.Begun> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        ChatClient.Begun begun = client.begin("ask sim-8b: answer " + i + ". words:30");
        answers.add(begun);
        live.subscribe(begun.stream(), -1);
      }
      live.awaitEnds(answers.size());
      for (ChatClient.Begun answer : answers) {
        assertSame(live.events(answer.stream()), client.whole(answer.stream()).events());
      }
    }
  }

  @Test
  void fromEveryNumberOnExactlyTheRestComesAndThenTheEnd() throws Exception {
    ChatClient.Begun begun = client.begin("To be read again. words:20");
    List<Reader.Event> all = client.whole(begun.stream()).events();
    try (LiveClient live = LiveClient.connect(base)) {
      live.subscribe(begun.stream(), all.size());
      JsonNode beyond = live.await("error");
      assertThat(beyond.path("status").asInt()).isEqualTo(400);
      assertThat(beyond.path("message").asString()).endsWith("number " + (all.size() - 1) + ".");
      for (int after = -1; after < all.size(); after++) {
        int before = live.events(begun.stream()).size();
        live.subscribe(begun.stream(), after);
        List<JsonNode> frames = live.awaitEnds(after + 2);
        assertThat(frames.getLast().path("events").asInt()).isEqualTo(all.size());
        List<JsonNode> came = live.events(begun.stream());
        assertSame(came.subList(before, came.size()), all.subList(after + 1, all.size()));
      }
    }
  }

  @Test
  void whoeverReadsSlowlyMissesNothingAndHoldsUpNobody() throws Exception {
    try (LiveClient slow = LiveClient.lazy(base);
        LiveClient quick = LiveClient.connect(base)) {
      ChatClient.Begun begun = client.begin("A long one. words:15000");
      slow.subscribe(begun.stream(), -1);
      quick.subscribe(begun.stream(), -1);
      quick.awaitEnds(1);
      slow.read();
      slow.awaitEnds(1);
      List<Reader.Event> all = client.whole(begun.stream()).events();
      assertSame(quick.events(begun.stream()), all);
      assertSame(slow.events(begun.stream()), all);
    }
  }

  @Test
  void whoLeavesAStreamHearsNoMoreOfIt() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-slow: take your time. words:200");
    try (LiveClient live = LiveClient.connect(base)) {
      live.subscribe(begun.stream(), -1);
      live.await("events");
      live.unsubscribe(begun.stream());
      live.subscribe(begun.stream(), -1); // only possible if it was left
      live.await(
          frames -> frames.stream().filter(it -> LiveClient.is(it, "subscribed")).count() == 2);
      assertThat(client.http().metric("everbrook_stream_readers")).isEqualTo(1);
    } finally {
      client.cancel(begun.stream());
    }
  }

  @Test
  void whoComesBackToAStreamItLeftGetsItOnceAndInOrder() throws Exception {
    ChatClient.Begun begun = client.begin("To be left and taken up. words:15000");
    List<Reader.Event> all = client.whole(begun.stream()).events();
    try (LiveClient slow = LiveClient.lazy(base)) {
      slow.subscribe(begun.stream(), -1);
      slow.unsubscribe(begun.stream());
      slow.subscribe(begun.stream(), -1);
      slow.read();
      List<JsonNode> frames = slow.awaitEnds(1);
      int again =
          IntStream.range(0, frames.size())
              .filter(i -> LiveClient.is(frames.get(i), "subscribed"))
              .max()
              .orElseThrow();
      List<JsonNode> came =
          frames.subList(again, frames.size()).stream()
              .filter(it -> LiveClient.is(it, "events"))
              .flatMap(it -> it.path("events").values().stream())
              .toList();
      assertSame(came, all);
    }
  }

  @Test
  void aStreamThatIsRemovedIsSaidToBeGoneAndTheOthersGoOn() throws Exception {
    ChatClient.Begun stays = client.begin("ask sim-8b: I stay. words:120");
    ChatClient.Begun goes = client.begin("ask sim-slow!stall@0: I go.");
    try (LiveClient live = LiveClient.connect(base)) {
      live.subscribe(stays.stream(), -1);
      live.subscribe(goes.stream(), 100); // beyond its end, so that it has nothing to say
      client.cancel(goes.stream());
      client.http().send("DELETE", "/v1/streams/" + goes.stream());
      live.await(frames -> frames.stream().anyMatch(it -> isOver(it, goes.stream())));
      live.await(frames -> frames.stream().anyMatch(it -> isOver(it, stays.stream())));
      assertSame(live.events(stays.stream()), client.whole(stays.stream()).events());
    }
  }

  private static boolean isOver(JsonNode frame, String stream) {
    return frame.path("stream").asString("").equals(stream)
        && (LiveClient.is(frame, "end") || LiveClient.is(frame, "error"));
  }

  @Test
  void whatCannotBeFulfilledIsAnsweredAndTheSocketGoesOn() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-slow: still there. words:100");
    try (LiveClient live = LiveClient.connect(base)) {
      live.send("{");
      assertThat(live.await("error").path("status").asInt()).isEqualTo(400);
      String unknown = UUID.randomUUID().toString();
      live.subscribe(unknown, -1);
      live.subscribe(begun.stream(), -2);
      live.send("{\"type\":\"sing\"}");
      live.sendBinary(new byte[] {1});
      live.subscribe(begun.stream(), -1);
      live.subscribe(begun.stream(), -1);
      List<JsonNode> errors =
          live
              .await(all -> all.stream().filter(it -> LiveClient.is(it, "error")).count() == 6)
              .stream()
              .filter(it -> LiveClient.is(it, "error"))
              .toList();
      assertThat(errors.stream().map(it -> it.path("status").asInt()))
          .containsExactly(400, 404, 400, 400, 400, 409);
      assertThat(errors.get(1).path("stream").asString()).isEqualTo(unknown);
      assertThat(errors.get(3).path("message").asString()).startsWith("type must be subscribe");
      live.await("events");
    } finally {
      client.cancel(begun.stream());
    }
  }

  @Test
  void aMessageThatIsTooLongEndsTheSocket() {
    try (LiveClient live = LiveClient.connect(base)) {
      live.send("x".repeat(64 * 1024 + 1));
      assertThat(live.awaitClosed()).isEqualTo(1009);
    }
  }

  @Test
  void aPlainRequestAndAForeignPageAreTurnedAway() throws Exception {
    assertThat(client.http().get("/v1/live").status()).isEqualTo(426);
    assertThatThrownBy(() -> LiveClient.connect(base, "https://evil.example"))
        .rootCause()
        .hasMessageContaining("403");
  }

  @Test
  void aServerThatStopsTellsItsClientsToComeBack() throws Exception {
    try (ServerProcess other = ServerProcess.start(scene.told());
        LiveClient live = LiveClient.connect(other.base())) {
      other.terminate();
      assertThat(live.awaitClosed()).isEqualTo(1012);
    }
  }

  private static void assertSame(List<JsonNode> came, List<Reader.Event> all) {
    assertThat(came).isEqualTo(all.stream().map(Reader.Event::json).toList());
  }
}
