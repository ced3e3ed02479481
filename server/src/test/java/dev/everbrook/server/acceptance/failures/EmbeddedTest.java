package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server with the PostgreSQL in its care: both can die, and both stop when told to. */
@Order(0)
class EmbeddedTest {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedTest.class);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);
  private static final int CONNECTIONS_MAX = 100;

  @TempDir static Path data;

  @Test
  void theSameStreamCompletesWhenPostgresIsKilledInTheMiddle() throws Exception {
    try (Scene scene = scene("on")) {
      String asked = "ask sim-8b: outlive the database, " + UUID.randomUUID() + ". words:200";
      ChatClient client = scene.client();
      ChatClient.Begun begun = client.begin(asked);
      Copy copy = new Copy();
      try (Reader reader = client.events(begun.stream(), -1)) {
        reader.awaitEvents(40);
        Signal.KILL.to(postmaster());
        copy.add(reader.awaitOver());
      }
      int connections = 1;
      while (!copy.types().contains("completed")) {
        assertThat(connections).isLessThan(CONNECTIONS_MAX);
        connections++;
        scene.server().awaitReady();
        try (Reader reader = client.events(begun.stream(), copy.last())) {
          copy.add(reader.awaitOver());
        }
      }
      log.info("PostgreSQL was killed; the reader needed {} connections", connections);
      assertThat(copy.count("completed")).isOne();
      assertThat(copy.text())
          .isEqualTo(client.stored(begun.chat()))
          .isEqualTo(scene.answer("sim-8b", asked));
      assertThat(client.whole(begun.stream()).events()).isEqualTo(copy.events());
      assertThat(scene.process().isAlive()).isTrue();
    }
  }

  @Test
  void aStopEndsOpenStreamsFirstAndTheNextStartFinishesTheAnswer() throws Exception {
    try (Scene scene = scene("on")) {
      String asked = "ask sim-8b: to be continued, " + UUID.randomUUID() + ". words:200";
      ChatClient.Begun begun = scene.client().begin(asked);
      String chats = scene.http().get("/chats").body();
      Copy copy = new Copy();
      try (Reader reader = scene.client().events(begun.stream(), -1)) {
        reader.awaitEvents(30);
        long told = System.nanoTime();
        scene.process().terminate();
        copy.add(reader.awaitEnd());
        Duration let = Duration.ofNanos(System.nanoTime() - told);
        assertThat(scene.process().isAlive()).as("readers are let go before the end").isTrue();
        assertThat(scene.process().awaitExit(STOP_MAX)).isIn(0, 143);
        Duration all = Duration.ofNanos(System.nanoTime() - told);
        log.info("SIGTERM: readers were let go after {}, the process ended after {}", let, all);
      }
      assertThat(copy.types()).doesNotContain("completed");
      assertThat(cluster("postmaster.pid")).doesNotExist();
      assertThat(scene.process().output()).doesNotContain("\tat ");

      scene.another(told -> told);
      assertThat(scene.http().get("/chats").body()).isEqualTo(chats);
      try (Reader reader = scene.client().events(begun.stream(), copy.last())) {
        copy.add(reader.awaitEnd());
      }
      assertThat(copy.types()).endsWith("completed").doesNotContain("reset");
      assertThat(copy.text())
          .isEqualTo(scene.client().stored(begun.chat()))
          .isEqualTo(scene.answer("sim-8b", asked));
    }
  }

  @Test
  void afterAKillOfTheServerTheNextOneFindsItsPostgresRunning() throws Exception {
    try (Scene scene = scene("auto")) {
      String asked = "ask sim-8b: and again, " + UUID.randomUUID() + ". words:100";
      Copy copy = new Copy();
      ChatClient.Begun begun = scene.client().begin(asked);
      try (Reader reader = scene.client().events(begun.stream(), -1)) {
        reader.awaitEvents(30);
        long postmaster = postmaster();
        scene.process().kill9();
        copy.add(reader.awaitOver());
        scene.another(told -> told);
        assertThat(postmaster()).isEqualTo(postmaster);
        assertThat(scene.process().output()).contains("found running");
      }
      try (Reader reader = scene.client().events(begun.stream(), copy.last())) {
        copy.add(reader.awaitEnd());
      }
      assertThat(copy.types()).endsWith("completed").containsOnlyOnce("reset");
      assertThat(copy.text()).isEqualTo(scene.answer("sim-8b", asked));
    }
  }

  @Test
  void whoAsksWhetherTheServerIsReadyIsToldSoonThoughTheDatabaseHangs() throws Exception {
    try (Scene scene = scene("auto")) {
      List<Long> processes = new ArrayList<>(List.of(postmaster()));
      Signal.STOP.to(processes.getFirst());
      try {
        ProcessHandle.of(processes.getFirst())
            .orElseThrow()
            .children()
            .forEach(it -> {
              Signal.STOP.to(it.pid());
              processes.add(it.pid());
            });
        long start = System.nanoTime();

        assertThat(scene.http().get("/readyz").status()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      } finally {
        processes.forEach(Signal.CONT::to);
      }
    }
  }

  @Test
  void aSecondServerOnTheSameFolderIsRefusedInOneLine() throws Exception {
    try (Scene scene = scene("auto");
        ServerProcess second = ServerProcess.launch(scene.told())) {
      assertThat(second.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
      assertThat(second.output())
          .startsWith("everbrook: ")
          .contains(data.toString())
          .doesNotContain("\n");
      assertThat(scene.http().get("/readyz").status()).isEqualTo(200);
    }
  }

  private static Scene scene(String continues) throws Exception {
    return Scene.start(told -> told.withData(data).with("EVERBROOK_CONTINUE", continues));
  }

  private static long postmaster() throws IOException {
    return Long.parseLong(Files.readAllLines(cluster("postmaster.pid")).getFirst().strip());
  }

  private static Path cluster(String file) {
    return data.resolve("postgres/cluster").resolve(file);
  }
}
