package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Signal;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server is halted for longer than its lease, another goes on, and then the first wakes up. */
@Order(0)
class HaltedServerTest {

  private static final Logger log = LoggerFactory.getLogger(HaltedServerTest.class);

  @Test
  void whatItStillHasToSayGoesNowhereAndItsReadersMissNothing() throws Exception {
    try (Scene scene = Scene.empty(told -> told.with("EVERBROOK_CONTINUE", "on"))) {
      ServerProcess first = scene.another(told -> told.with("EVERBROOK_ROLES", "web,worker"));
      String asked = "ask sim-8b: halfway through. words:200";
      ChatClient.Begun begun = first.client().begin(asked);
      try (Reader near = first.client().events(begun.stream(), -1)) {
        near.awaitEvents(30);
        Signal.STOP.to(first.pid());
        long halted = System.nanoTime();
        // The provider says all it has to say to the halted server, which will read it on waking.
        scene.simulator().journal().await(it -> it.finished(), Duration.ofSeconds(20));
        ServerProcess other = scene.another(told -> told.with("EVERBROOK_ROLES", "web,worker"));
        try (Reader far = other.client().events(begun.stream(), -1)) {
          Copy there = Copy.of(far.awaitEnd());
          log.info(
              "a halted server's answer was whole on another after {}",
              Duration.ofNanos(System.nanoTime() - halted));
          assertThat(there.types()).endsWith("completed").doesNotContain("reset");
          assertThat(there.text()).isEqualTo(scene.answer("sim-8b", asked));
          assertThat(near.events()).hasSizeLessThan(there.events().size());

          Signal.CONT.to(first.pid());
          assertThat(near.awaitEnd()).isEqualTo(there.events());
          first.awaitReady();
          assertThat(first.client().whole(begun.stream()).events()).isEqualTo(there.events());
          assertThat(first.client().stored(begun.chat())).isEqualTo(there.text());
        }
      }
    }
  }
}
