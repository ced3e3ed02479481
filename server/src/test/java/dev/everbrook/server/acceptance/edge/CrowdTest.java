package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Tally;
import dev.everbrook.server.testing.Told;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many at once: readers of one answer, some of whom never read, and answers. */
@ResourceLock("a crowd")
class CrowdTest {

  private static final Logger log = LoggerFactory.getLogger(CrowdTest.class);
  private static final int READERS = 450;
  private static final int STALLED = 50;
  private static final int ANSWERS = 200;
  private static final int READERS_DONE_MAX_S = 60;

  /** A page that waited for the readers would take about as long as they do. */
  private static final int PAGE_PART = 4;

  /** So small that the answer, kept for each of the stalled readers, would not fit. */
  private static final String HEAP = "96m";

  @Test
  void fiftyReadersWhoNeverReadCostTheOtherFourHundredAndFiftyNothing() throws Exception {
    List<Socket> stalled = new ArrayList<>();
    try (Scene scene = Scene.start(told -> told.withHeap(HEAP).without(Told.CONNECTIONS));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      ChatClient client = scene.client();
      ChatClient.Begun begun = client.begin("ask sim-fast!slow@1: a long one. words:20000");
      String path = "/v1/streams/" + begun.stream();
      for (int i = 0; i < STALLED; i++) {
        stalled.add(RawHttp.stalled(scene.server().base(), path));
      }
      List<Future<Tally>> tallies = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        tallies.add(threads.submit(() -> tally(client.http(), path)));
      }
      Duration meanwhile = askMeanwhile(client);
      List<Tally> done = new ArrayList<>();
      for (Future<Tally> tally : tallies) {
        done.add(tally.get(READERS_DONE_MAX_S, TimeUnit.SECONDS));
      }
      Duration all = Duration.ofNanos(System.nanoTime() - start);
      log.info("{} readers beside {} stalled ones were done in {}", READERS, STALLED, all);
      log.info("a request meanwhile took {}", meanwhile);

      long events = client.whole(begun.stream()).events().size();
      assertThat(events).isGreaterThan(20_000);
      assertThat(done).containsOnly(new Tally(events, true));
      assertThat(meanwhile)
          .as("a page beside the readers, on a machine that needs %s for all of them", all)
          .isLessThan(all.dividedBy(PAGE_PART));
      assertThat(client.http().metric("everbrook_http_followers"))
          .as("those who stall are still there")
          .isEqualTo(STALLED);
      assertThat(scene.process().output()).doesNotContain("OutOfMemory");
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void twoHundredAnswersAtOnceAllBecomeWhole() throws Exception {
    try (Scene scene = Scene.within(told -> told.without(Told.CONNECTIONS))) {
      long start = System.nanoTime();
      List<Reader> readers = new ArrayList<>();
      try {
        for (int i = 0; i < ANSWERS; i++) {
          readers.add(scene.client().ask(question(i)));
        }
        for (int i = 0; i < ANSWERS; i++) {
          List<Reader.Event> events = readers.get(i).awaitEnd();
          StringBuilder text = new StringBuilder();
          events.forEach(it -> text.append(it.json().path("text").asString("")));
          ChatClient.Begun begun = ChatClient.begun(readers.get(i));
          assertThat(text.toString())
              .isEqualTo(scene.answer("sim-8b", question(i)))
              .isEqualTo(scene.client().stored(begun.chat()));
        }
      } finally {
        readers.forEach(Reader::close);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      log.info("{} answers of 60 words at 12 ms a token were whole in {}", ANSWERS, took);
    }
  }

  private static Tally tally(Http http, String path) throws Exception {
    try (InputStream body = http.body(path)) {
      return Tally.of(body);
    }
  }

  /** How long a page takes while the readers read. */
  private static Duration askMeanwhile(ChatClient client) throws Exception {
    long start = System.nanoTime();
    assertThat(client.http().get("/chats").status()).isEqualTo(200);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static String question(int number) {
    return "ask sim-8b: one of many, number " + number + ". words:60";
  }
}
