package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Signal;
import dev.everbrook.server.testing.Told;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two servers over one database. */
class TwoServersTest {

  private static final Logger log = LoggerFactory.getLogger(TwoServersTest.class);
  private static final Duration TAKEOVER_MAX = Duration.ofSeconds(25);

  @Test
  void anAnswerMovesToTheOtherServerWhenItsOwnIsKilledAndItsReaderStaysConnected()
      throws Exception {
    UnaryOperator<Told> goingOn = told -> told.with("EVERBROOK_CONTINUE", "on");
    try (Scene scene = Scene.empty(goingOn)) {
      ServerProcess one = scene.another(told -> told.with("EVERBROOK_ROLES", "worker"));
      ServerProcess two = scene.another(told -> told.with("EVERBROOK_ROLES", "worker"));
      ServerProcess web = scene.another(told -> told.with("EVERBROOK_ROLES", "web"));
      assertThat(one.http().get("/chats").status()).isEqualTo(404);
      String asked = "ask sim-8b: from one to the other. words:120";
      ChatClient.Begun begun = web.client().begin(asked);
      try (Reader reader = web.client().events(begun.stream(), -1)) {
        int live = reader.awaitEvents(20).size();
        ServerProcess worker = one.http().metric("everbrook_jobs_running") == 1 ? one : two;
        ServerProcess other = worker == one ? two : one;
        assertThat(worker.http().metric("everbrook_jobs_running")).isEqualTo(1);
        worker.kill9();
        long killed = System.nanoTime();
        int before = reader.events().size();
        reader.awaitEvents(before + 1);
        Duration took = Duration.ofNanos(System.nanoTime() - killed);
        log.info("a killed worker's answer goes on elsewhere after {} ms", took.toMillis());
        assertThat(before).isGreaterThanOrEqualTo(live);
        assertThat(took).isLessThan(TAKEOVER_MAX);

        Copy copy = Copy.of(reader.awaitEnd());
        assertThat(copy.types()).endsWith("completed").doesNotContain("reset");
        assertThat(copy.text())
            .isEqualTo(web.client().stored(begun.chat()))
            .isEqualTo(scene.answer("sim-8b", asked));
        assertThat(other.isAlive()).isTrue();
      }
    }
  }

  @Test
  void aReaderOnOneServerFollowsLiveWhatTheOtherWrites() throws Exception {
    try (Scene scene = Scene.empty(UnaryOperator.identity())) {
      ServerProcess one = scene.another(told -> told.with("EVERBROOK_ROLES", "web"));
      ServerProcess two = scene.another(told -> told.with("EVERBROOK_ROLES", "web,worker"));
      String asked = "ask sim-8b: for readers everywhere. words:400";
      ChatClient.Begun begun = one.client().begin(asked);
      try (Reader far = one.client().events(begun.stream(), -1);
          Reader near = two.client().events(begun.stream(), -1)) {
        far.awaitEvents(30);
        assertThat(near.events().size()).as("live, not in one piece at the end").isLessThan(390);
        List<Reader.Event> all = near.awaitEnd();
        assertThat(far.awaitEnd()).isEqualTo(all);
        assertThat(Copy.of(all).text()).isEqualTo(scene.answer("sim-8b", asked));
      }
      ChatClient.Begun stopped = one.client().begin("ask sim-8b: too long. words:2000");
      try (Reader far = one.client().events(stopped.stream(), -1)) {
        far.awaitType("text");
        assertThat(one.client().cancel(stopped.stream()).status()).isEqualTo(200);
        assertThat(Copy.of(far.awaitEnd()).types()).endsWith("cancelled");
      }
    }
  }

  @Test
  void aServerThatIsHaltedForAMomentLosesNothing() throws Exception {
    try (Scene scene = Scene.start()) {
      String asked = "ask sim-8b: hold your breath. words:150";
      ChatClient.Begun begun = scene.client().begin(asked);
      try (Reader reader = scene.client().events(begun.stream(), -1)) {
        reader.awaitEvents(20);
        Signal.STOP.to(scene.process().pid());
        // The provider goes on talking to the halted process; that is when it is let go again.
        assertThat(
                scene
                    .simulator()
                    .journal()
                    .await(it -> it.progress().tokens() > 100, Duration.ofSeconds(20)))
            .isPresent();
        Signal.CONT.to(scene.process().pid());

        Copy copy = Copy.of(reader.awaitEnd());
        assertThat(copy.types()).endsWith("completed").doesNotContain("reset");
        assertThat(copy.text()).isEqualTo(scene.answer("sim-8b", asked));
      }
    }
  }
}
