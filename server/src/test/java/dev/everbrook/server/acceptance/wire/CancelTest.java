package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.simulator.Call;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stop stops: from any connection, and as far as the provider. One answer at a time here. */
class CancelTest {

  private static final Logger log = LoggerFactory.getLogger(CancelTest.class);

  private static Scene scene;
  private static ChatClient client;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(told -> told.with("EVERBROOK_ANSWERS_AT_ONCE", "1"));
    client = scene.client();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void aCancelledAnswerKeepsItsTextAndItsProviderIsLeftWithinASecond() throws Exception {
    String asked = "ask sim-8b: count to many. words:3000";
    try (Reader reader = client.ask(asked)) {
      ChatClient.Begun begun = ChatClient.begun(reader);
      reader.awaitEvents(10);
      Instant told = Instant.now();
      Http.Answered cancelled = client.cancel(begun.stream());

      assertCancelled(cancelled);
      Duration took = Duration.between(told, closedByServer("sim-8b"));
      log.info("from cancel to the provider's closed connection: {} ms", took.toMillis());
      assertThat(took).isLessThan(Duration.ofSeconds(1));

      assertThat(reader.awaitEnd())
          .extracting(Reader.Event::data)
          .contains("{\"cancelled\":true}")
          .last()
          .isEqualTo("{\"chatId\":\"" + begun.chat() + "\"}");
      Copy copy = client.whole(begun.stream());
      assertThat(copy.types()).endsWith("text.done", "part.done", "item.done", "cancelled");
      assertThat(copy.text()).isNotEmpty().isEqualTo(client.stored(begun.chat()));
      assertThat(scene.answer("sim-8b", asked)).startsWith(copy.text());
      assertThat(client.answer(begun.chat()).path("state").asString()).isEqualTo("cancelled");

      assertCancelled(client.cancel(begun.stream()));
      assertThat(client.whole(begun.stream()).types()).isEqualTo(copy.types());
    }
  }

  @Test
  void anAnswerIsCancelledBeforeItsFirstWordToo() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-70b!slow@60: think for a minute");
    try (Reader reader = client.events(begun.stream(), -1)) {
      reader.awaitType("started");
      scene.simulator().journal().await(it -> it.model().startsWith("sim-70b"), second(10));
      assertCancelled(client.cancel(begun.stream()));
      assertThat(Copy.of(reader.awaitEnd()).types()).endsWith("cancelled");
    }
    assertThat(client.stored(begun.chat())).isEmpty();
    closedByServer("sim-70b!slow@60");
  }

  @Test
  void anAnswerThatIsStillInLineIsCancelledWithoutAskingAnybody() throws Exception {
    try (Reader reader = client.ask("ask sim-8b!comment: the one before. words:3000")) {
      reader.awaitEvents(1);
      ChatClient.Begun queued = client.begin("ask sim-hosted: the one behind");
      assertThat(client.answer(queued.chat()).path("state").asString()).isEqualTo("queued");

      assertCancelled(client.cancel(queued.stream()));
      assertThat(client.whole(queued.stream()).types())
          .containsExactly("created", "queued", "cancelled");
      client.cancel(ChatClient.begun(reader).stream());
      reader.awaitEnd();
    }
    assertThat(scene.simulator().journal().calls())
        .extracting(Call::model)
        .doesNotContain("sim-hosted");
  }

  @Test
  void whatIsDoneStaysDone() throws Exception {
    ChatClient.Begun begun = client.begin("Quick. words:10");
    client.whole(begun.stream());

    Http.Answered answered = client.cancel(begun.stream());
    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.json().path("state").asString()).isEqualTo("done");
  }

  private static void assertCancelled(Http.Answered answered) {
    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.json().path("state").asString()).isEqualTo("cancelled");
  }

  /** When the server under test hung up on the provider. */
  private static Instant closedByServer(String model) throws InterruptedException {
    return scene
        .simulator()
        .journal()
        .await(it -> it.model().equals(model) && it.closedByClient(), second(10))
        .flatMap(Call::closed)
        .orElseThrow(() -> new AssertionError("the call to " + model + " was never closed"))
        .at();
  }

  private static Duration second(int count) {
    return Duration.ofSeconds(count);
  }
}
