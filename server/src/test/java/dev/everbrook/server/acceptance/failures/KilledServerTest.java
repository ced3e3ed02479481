package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server dies with kill -9 in the middle of answers, and another starts on its database. */
class KilledServerTest {

  private static final Logger log = LoggerFactory.getLogger(KilledServerTest.class);
  private static final int ANSWERS = 3;
  private static final int EVENTS_BEFORE_MAX = 120;

  /** Three answers, the last of which decides the moment: three places in an answer at once. */
  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void theSameStreamsCompleteWithNoNumberMissingOrDoubled(String continues) throws Exception {
    long seed = System.nanoTime();
    log.info("continue {}: the moment is drawn from seed {}", continues, seed);
    Random chance = new Random(seed);
    try (Scene scene = Scene.start(told -> told.with("EVERBROOK_CONTINUE", continues))) {
      List<ChatClient.Begun> begun = new ArrayList<>();
      List<Copy> copies = new ArrayList<>();
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < ANSWERS; i++) {
        begun.add(scene.client().begin(question(i)));
        copies.add(new Copy());
        readers.add(scene.client().events(begun.get(i).stream(), -1));
        readers.get(i).awaitEvents(7 + chance.nextInt(EVENTS_BEFORE_MAX / ANSWERS));
      }
      scene.process().kill9();
      long killed = System.nanoTime();
      for (int i = 0; i < ANSWERS; i++) {
        copies.get(i).add(readers.get(i).awaitOver());
      }
      assertThat(copies).allSatisfy(copy -> assertThat(copy.types()).doesNotContain("completed"));

      scene.another(UnaryOperator.identity());
      for (int i = 0; i < ANSWERS; i++) {
        try (Reader reader = scene.client().events(begun.get(i).stream(), copies.get(i).last())) {
          reader.awaitEvents(1);
          if (i == 0) {
            log.info("after kill -9 and a restart the answer goes on in {}", since(killed));
          }
          copies.get(i).add(reader.awaitEnd());
        }
        assertWhole(scene, begun.get(i), copies.get(i), question(i), continues.equals("on"));
      }
    }
  }

  private static void assertWhole(
      Scene scene, ChatClient.Begun begun, Copy copy, String question, boolean continues)
      throws Exception {
    assertThat(copy.types()).endsWith("completed");
    assertThat(copy.count("completed")).isOne();
    assertThat(copy.count("started")).isOne();
    assertThat(copy.count("reset")).isEqualTo(continues ? 0 : 1);
    assertThat(copy.text())
        .isEqualTo(scene.client().stored(begun.chat()))
        .isEqualTo(scene.answer("sim-8b", question));
    assertThat(scene.client().whole(begun.stream()).events()).isEqualTo(copy.events());
    assertThat(scene.client().answer(begun.chat()).path("state").asString()).isEqualTo("done");
    assertThat(scene.client().messages(begun.chat())).hasSize(2);
  }

  private static String question(int number) {
    return "ask sim-8b: question " + number + ", answered whatever happens. words:500";
  }

  private static Duration since(long nanos) {
    return Duration.ofMillis((System.nanoTime() - nanos) / 1_000_000);
  }
}
