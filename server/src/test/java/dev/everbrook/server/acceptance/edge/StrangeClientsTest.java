package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.ArrivalLimits;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LoneEdge;
import dev.everbrook.server.testing.RawSockets;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send slowly, or nothing, or never read: none of them keeps a place from others. */
@Order(0)
class StrangeClientsTest {

  private static final Duration SOON = Duration.ofMillis(600);
  private static final Duration LATE = Duration.ofHours(1);
  private static final int PING = 0x89;
  private static final int PONG = 0x8a;
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;

  private final RawSockets sockets = new RawSockets();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void close() throws IOException {
    sockets.close();
  }

  private Edge edge(long bodies, Duration stall, ArrivalLimits arrival) {
    Routes routes =
        new Routes()
            .vital("/healthz", _ -> Reply.text(200, "well"))
            .get("/page", _ -> Reply.text(200, "page"))
            .get("/large", _ -> Reply.text(200, "x".repeat(200_000)))
            .post("/body", it -> Reply.text(200, "got " + it.body().length + asked.addAndGet(1)));
    return Edge.start(
        EdgeSettings.at("127.0.0.1", 0).bounded(10, 10, bodies).timed(stall, arrival), routes);
  }

  private static ArrivalLimits slow(Duration head, Duration span) {
    return new ArrivalLimits(head, span, 1024, LATE);
  }

  private static URI base(Edge edge) {
    return URI.create("http://127.0.0.1:" + edge.port());
  }

  private Socket connect(Edge edge, String sent) throws IOException {
    return sockets.connect(base(edge), sent);
  }

  private static String post(String headers) {
    return "POST /body HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n";
  }

  @Test
  void slowBodiesKeepNothingFromOthers() throws Exception {
    try (Edge edge = edge(256 << 10, LATE, slow(LATE, LATE))) {
      for (int i = 0; i < 100; i++) {
        connect(edge, post("Content-Length: 200000") + "x");
        connect(edge, post("Transfer-Encoding: chunked") + "1\r\nx\r\n");
      }
      Http http = new Http(base(edge));
      assertThat(http.get("/healthz").status()).isEqualTo(200);
      assertThat(http.get("/page").status()).isEqualTo(200);
      assertThat(http.post("/body", "x".repeat(20_000)).body()).isEqualTo("got 200001");
    }
  }

  @Test
  void whatIsHeldOfBodiesIsBoundedAndTheRestStaysOpen() throws Exception {
    try (Edge edge = edge(256 << 10, LATE, slow(LATE, LATE))) {
      Socket first = connect(edge, post("Content-Length: 200000") + "x".repeat(199_000));
      Http http = new Http(base(edge));
      String refused;
      do { // until what the first has sent was read
        Await.rest();
        refused = http.post("/body", "x".repeat(100_000)).body();
      } while (refused.startsWith("got"));
      assertThat(refused).contains("busy");
      assertThat(http.get("/page").status()).isEqualTo(200);
      RawSockets.send(first, "x".repeat(1_000));
      assertThat(new String(first.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
          .isEqualTo("HTTP/1.1 200");
      String after;
      do { // until its share is back
        Await.rest();
        after = http.post("/body", "x".repeat(100_000)).body();
      } while (!after.startsWith("got"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue\r\nContent-Length: 100"
      })
  void aBodyThatDoesNotComeIsGivenUp(String headers) throws Exception {
    try (Edge edge = edge(1 << 20, LATE, slow(LATE, SOON))) {
      Socket socket = connect(edge, post(headers));
      assertThat(RawSockets.rest(socket))
          .contains("HTTP/1.1 408 ", "{\"message\":\"The body arrived too slowly");
      assertThat(asked).hasValue(0);
    }
  }

  @Test
  void aBodyThatTricklesIsGivenUp() throws Exception {
    try (Edge edge = edge(1 << 20, LATE, slow(LATE, SOON))) {
      Socket socket = connect(edge, post("Transfer-Encoding: chunked"));
      CountDownLatch over = new CountDownLatch(1);
      Thread trickle =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  do {
                    RawSockets.send(socket, "1\r\nx\r\n");
                  } while (!over.await(50, TimeUnit.MILLISECONDS));
                } catch (IOException | InterruptedException _) {
                  // It was closed, as it should.
                }
              });
      assertThat(RawSockets.rest(socket)).startsWith("HTTP/1.1 408 ");
      over.countDown();
      trickle.join();
    }
  }

  @Test
  void aBodyThatComesAsFastAsItMustIsTaken() throws Exception {
    ArrivalLimits arrival = new ArrivalLimits(LATE, SOON, 100, LATE);
    try (Edge edge = edge(1 << 20, LATE, arrival)) {
      Socket socket = connect(edge, post("Content-Length: 2000\r\nConnection: close"));
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < 10; i++) {
        RawSockets.send(socket, "x".repeat(200));
        assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
      }
      assertThat(RawSockets.rest(socket)).startsWith("HTTP/1.1 200 ").endsWith("got 20001");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET /page HTTP/1.1\r\n", "GET /page HTTP/1.1\r\nHost: localh"})
  void aHeadThatDoesNotComeIsGivenUp(String begun) throws Exception {
    try (Edge edge = edge(1 << 20, LATE, slow(SOON, LATE))) {
      Socket socket = connect(edge, begun);
      assertThat(RawSockets.rest(socket))
          .startsWith("HTTP/1.1 408 ")
          .contains("{\"message\":\"The head");
      Socket second = connect(edge, "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n" + begun);
      assertThat(RawSockets.rest(second)).startsWith("HTTP/1.1 200 ").contains("HTTP/1.1 408 ");
    }
  }

  @Test
  void aConnectionThatRestsBetweenTwoRequestsIsNotGivenUp() throws Exception {
    try (Edge edge = edge(1 << 20, LATE, slow(Duration.ofMillis(50), LATE))) {
      String get = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
      Socket socket = connect(edge, get);
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo('H');
      connect(edge, "G").getInputStream().readAllBytes(); // the time for a head has passed
      RawSockets.send(socket, get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      assertThat(RawSockets.rest(socket)).contains("HTTP/1.1 200 ");
    }
  }

  @Test
  void aClientThatAsksAgainAndAgainAndReadsNothingIsLeft() throws Exception {
    try (Edge edge = edge(256 << 10, SOON, ArrivalLimits.DEFAULT)) { // room for one reply
      Socket socket = connect(edge, "");
      String get = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
      for (int i = 0; i < 100; i++) {
        RawSockets.send(socket, get);
      }
      LoneEdge.awaitConnections(edge, 0);
      Http http = new Http(base(edge));
      Http.Answered large = http.get("/large");
      for (int i = 0; i < 1_000 && large.status() == 503; i++) {
        large = http.get("/large");
      }
      assertThat(large.body()).as("its room is back").hasSize(200_000);
    }
  }

  private static String upgrade(LoneEdge edge) {
    return """
    GET /v1/live HTTP/1.1
    Host: %s
    Upgrade: websocket
    Connection: Upgrade
    Sec-WebSocket-Version: 13
    Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

    """
        .formatted(edge.base().getAuthority())
        .replace("\n", "\r\n");
  }

  private Socket live(LoneEdge edge) throws IOException {
    Socket socket = sockets.connect(edge.base(), upgrade(edge));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    assertThat(head).startsWith("HTTP/1.1 101 ");
    return socket;
  }

  /** A frame as a client sends it, under a mask of zeros. */
  private static byte[] frame(int opcode, String payload) {
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[6 + text.length];
    frame[0] = (byte) opcode;
    frame[1] = (byte) (0x80 | text.length);
    System.arraycopy(text, 0, frame, 6, text.length);
    return frame;
  }

  private static byte[] times(int count, byte[] frame) {
    byte[] all = new byte[count * frame.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(frame, 0, all, i * frame.length, frame.length);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 125})
  void pingsThatAreNotWaitedForAreAnsweredByTheLastOfThem(int bytes) throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.heartbeat(LATE))) { // no ping of its own
      Socket socket = live(edge);
      byte[] pings = times(1_000, frame(PING, "p".repeat(bytes)));
      int sent = 20_000_000 / pings.length;
      for (int i = 0; i < sent; i++) {
        socket.getOutputStream().write(pings);
      }
      socket.getOutputStream().write(frame(PING, "the last"));
      int pongs = 0;
      String heard;
      do {
        heard = pong(socket.getInputStream());
        pongs++;
      } while (!heard.equals("the last"));
      assertThat(pongs).isLessThan(sent * 1_000 / 2);
    }
  }

  private static String pong(InputStream in) throws IOException {
    assertThat(in.read()).isEqualTo(PONG);
    return new String(in.readNBytes(in.read()), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {PING, TEXT, CLOSE})
  void aWebSocketThatAsksForAnswersAndReadsNoneIsLeft(int opcode) throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.timed(SOON, ArrivalLimits.DEFAULT))) {
      Socket socket = live(edge);
      byte[] frames = times(1_000, frame(TEXT, "{\"type\":\"subscribe\",\"stream\":\"none\"}"));
      Thread sending =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    socket
                        .getOutputStream()
                        .write(
                            opcode == PING ? times(1_000, frame(PING, "p".repeat(125))) : frames);
                  }
                  socket.getOutputStream().write(frame(opcode, opcode == TEXT ? "{}" : ""));
                } catch (IOException _) {
                  // It was closed, as it should.
                }
              });
      edge.awaitConnections(0);
      sending.join();
    }
  }
}
