package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.ArrivalLimits;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawSockets;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The room for bodies is held by what comes or is taken, and by nothing that stands still. */
class HeldRoomTest {

  private static final int ROOM = 256 << 10;
  private static final Duration SOON = Duration.ofMillis(600);
  private static final Duration LATE = Duration.ofHours(1);
  private static final int REQUESTS = 200_000;
  private static final String LENGTH = "Content-Length: 250000";

  private final RawSockets sockets = new RawSockets();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void close() throws IOException {
    sockets.close();
  }

  private Edge edge(Duration span, int bytesPerSecond) {
    Routes routes =
        new Routes()
            .vital("/healthz", _ -> Reply.text(200, "well"))
            .vital("/metrics", _ -> Reply.text(200, "m".repeat(60_000)))
            .get("/large", _ -> Reply.text(200, "x".repeat(ROOM - 20_000)))
            .get(
                "/page",
                _ -> {
                  asked.incrementAndGet();
                  return Reply.text(200, "page");
                })
            .get(
                "/nothing",
                _ -> {
                  asked.incrementAndGet();
                  return Reply.empty(204);
                })
            .post("/body", it -> Reply.text(200, "got " + it.body().length));
    ArrivalLimits arrival = new ArrivalLimits(LATE, span, bytesPerSecond, LATE);
    return Edge.start(
        EdgeSettings.at("127.0.0.1", 0).bounded(10, 10, ROOM).timed(LATE, arrival), routes);
  }

  private static URI base(Edge edge) {
    return URI.create("http://127.0.0.1:" + edge.port());
  }

  private static Http http(Edge edge) {
    return new Http(base(edge));
  }

  private Socket connect(Edge edge, String sent) throws IOException {
    return sockets.connect(base(edge), sent);
  }

  private static String begun(String header, int bytes) {
    String chunk = header.startsWith("Transfer") ? Integer.toHexString(bytes) + "\r\n" : "";
    return "POST /body HTTP/1.1\r\nHost: localhost\r\n"
        + header
        + "\r\n\r\n"
        + chunk
        + "x".repeat(bytes)
        + (chunk.isEmpty() ? "" : "\r\n");
  }

  /** Until what was sent before is held; looks without holding anything. */
  private void awaitFull(Edge edge) throws IOException {
    String head = "POST /body HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
    String begins;
    do {
      try (Socket looking = connect(edge, head + "Content-Length: 20000\r\n\r\n")) {
        begins = new String(looking.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
      }
      Await.rest();
    } while (begins.equals("HTTP/1.1 100"));
    assertThat(begins).isEqualTo("HTTP/1.1 503");
  }

  @ParameterizedTest
  @ValueSource(strings = {LENGTH, "Transfer-Encoding: chunked"})
  void aBodyThatCameFastAndStandsStillIsGivenUp(String header) throws Exception {
    try (Edge edge = edge(SOON, 1_024)) {
      Socket socket = connect(edge, begun(header, 249_999));
      assertThat(RawSockets.rest(socket))
          .startsWith("HTTP/1.1 408 ")
          .contains("the rate must be at least 1024 bytes a second");
      assertThat(http(edge).post("/body", "x".repeat(200_000)).status()).isEqualTo(200);
    }
  }

  @Test
  void aBodyThatCameFastAndTricklesIsGivenUpWhenRoomIsShort() throws Exception {
    try (Edge edge = edge(SOON, 1)) {
      Socket socket = connect(edge, begun(LENGTH, 240_000));
      CountDownLatch over = new CountDownLatch(1);
      Thread trickle =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  do {
                    RawSockets.send(socket, "x");
                  } while (!over.await(20, TimeUnit.MILLISECONDS));
                } catch (IOException | InterruptedException _) {
                  // It was closed, as it should.
                }
              });
      assertThat(RawSockets.rest(socket)).startsWith("HTTP/1.1 408 ").contains("little room");
      over.countDown();
      trickle.join();
    }
  }

  @Test
  void aBodyThatComesEvenlyIsTakenThoughRoomIsShort() throws Exception {
    try (Edge edge = edge(SOON, 1)) {
      Socket socket = connect(edge, begun(LENGTH + "\r\nConnection: close", 1));
      CountDownLatch never = new CountDownLatch(1);
      for (int sent = 1; sent < 250_000; ) {
        int more = Math.min(10_000, 250_000 - sent);
        RawSockets.send(socket, "x".repeat(more));
        sent += more;
        assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
      }
      assertThat(RawSockets.rest(socket)).startsWith("HTTP/1.1 200 ").endsWith("got 250000");
    }
  }

  @Test
  void repliesAndHealthNeedNoRoomOfBodies() throws Exception {
    try (Edge edge = edge(LATE, 1_024)) {
      connect(edge, begun(LENGTH, 249_999));
      Http http = http(edge);
      awaitFull(edge);
      assertThat(http.get("/healthz").body()).isEqualTo("well");
      assertThat(http.get("/metrics").body()).hasSize(60_000);
      assertThat(http.get("/page").body()).isEqualTo("page");
      assertThat(http.get("/large").status()).isEqualTo(200);
      assertThat(http.exchange("GET", "/healthz", "x".repeat(20_000)).status()).isEqualTo(200);
      assertThat(http.post("/nowhere", "x").status()).isEqualTo(404);
    }
  }

  @Test
  void repliesThatNobodyTakesKeepNoMonitorFromItsAnswer() throws Exception {
    try (Edge edge = edge(LATE, 1_024)) {
      String get = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
      for (int i = 0; i < 4; i++) { // more than the buffers of the sockets hold
        connect(edge, get.repeat(30));
      }
      Http http = http(edge);
      while (http.get("/large").status() == 200) {
        Await.rest();
      }
      assertThat(http.get("/healthz").body()).isEqualTo("well");
      assertThat(http.get("/metrics").body()).hasSize(60_000);
      assertThat(http.get("/page").body()).isEqualTo("page");
      assertThat(http.post("/body", "x".repeat(200_000)).body()).isEqualTo("got 200000");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/page", "/nothing"})
  void shortRepliesThatAreNotTakenAreHeldWithinBoundsToo(String path) throws Exception {
    try (Edge edge = edge(LATE, 1_024)) {
      Socket socket = connect(edge, "");
      String gets = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(1_000);
      Thread asking =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < REQUESTS / 1_000; i++) {
                    RawSockets.send(socket, gets);
                  }
                } catch (IOException _) {
                  // It was closed, at the latest by the test.
                }
              });
      CountDownLatch never = new CountDownLatch(1);
      int before;
      do { // until nothing more is answered, or all is
        before = asked.get();
        assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
      } while (asked.get() == 0 || asked.get() > before);
      assertThat(before).isLessThan(REQUESTS / 10);
      socket.close();
      asking.join();
    }
  }
}
