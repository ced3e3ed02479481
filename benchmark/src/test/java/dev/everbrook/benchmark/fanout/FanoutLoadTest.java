package dev.everbrook.benchmark.fanout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.everbrook.benchmark.peer.PacedProvider;
import dev.everbrook.benchmark.relay.StreamedCompletion;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FanoutLoadTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private HttpServer server;
  private URI base;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stopListening() {
    server.stop(0);
  }

  @Test
  void whatNeverCameIsMissingAndWhatCameAgainIsRepeated() {
    Sequence sequence = new Sequence();
    for (int number : new int[] {0, 1, 3, 3, 2, 6}) {
      sequence.see(number);
    }
    assertThat(sequence.repeated()).isEqualTo(2);
    assertThat(sequence.missing(upTo(4))).isZero();
    assertThat(sequence.missing(upTo(8))).isEqualTo(3);
    assertThat(sequence.see(6)).isFalse();
    assertThat(sequence.see(7)).isTrue();
  }

  @Test
  void tokensAreFoundInOneEventAndInAnArray() {
    assertThat(events("data: {\"seq\":5,\"type\":\"text\",\"text\":\"123 \"}"))
        .containsExactly("5@123");
    assertThat(events("data:[" + TokenLine.message(7, 77) + "," + TokenLine.message(8, 88) + "]"))
        .containsExactly("7@77", "8@88");
    assertThat(events("data: {\"seq\":6,\"type\":\"text.done\"}")).containsExactly("6@-1");
    assertThat(events("data: {\"seq\":6,\"type\":\"text\",\"text\":\"a\"}"))
        .containsExactly("6@-1");
    assertThat(events("data:{\"streamNextOffset\":\"0000000000000008\"}")).isEmpty();
    assertThat(events("id: 5")).isEmpty();
    assertThat(events("")).isEmpty();
  }

  private static List<String> events(String line) {
    List<String> events = new ArrayList<>();
    byte[] bytes = ("xx" + line).getBytes(StandardCharsets.US_ASCII);
    TokenLine.read(bytes, 2, bytes.length, (seq, sent) -> events.add(seq + "@" + sent));
    return events;
  }

  @Test
  void aResponseIsReadTheSameWhereverItIsCut() {
    String whole =
        String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Transfer-Encoding: chunked",
            "",
            "9",
            "id: 1\ndat",
            "C",
            "a: one\n\nid: ",
            "6",
            "2\nda\n\n",
            "0",
            "",
            "");
    byte[] bytes = whole.getBytes(StandardCharsets.US_ASCII);
    for (int cut = 1; cut < bytes.length; cut++) {
      List<String> lines = new ArrayList<>();
      SseResponse response =
          new SseResponse((line, from, to) ->
              lines.add(new String(line, from, to - from, StandardCharsets.US_ASCII)));
      response.take(bytes, cut);
      response.take(Arrays.copyOfRange(bytes, cut, bytes.length), bytes.length - cut);
      assertThat(lines)
          .as("cut at " + cut)
          .containsExactly("id: 1", "data: one", "", "id: 2", "da", "");
      assertThat(response.isOver()).isTrue();
    }
  }

  @Test
  void anotherStatusFailsTheBench() {
    SseResponse response = new SseResponse((_, _, _) -> {});
    byte[] bytes =
        "HTTP/1.1 503 Busy\r\nretry-after: 1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> response.take(bytes, bytes.length))
        .isInstanceOf(BenchFailure.class)
        .hasMessageContaining("503 Busy");
  }

  @Test
  void aReplyIsWholeWhenItsBodyIs() {
    HttpReply reply = new HttpReply();
    assertThat(take(reply, "HTTP/1.1 204 No Content\r\nx: y\r")).isZero();
    assertThat(take(reply, "\n\r\n")).isEqualTo(204);
    assertThat(take(reply, "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nab")).isZero();
    assertThat(take(reply, "c")).isEqualTo(500);
    assertThat(take(reply, "HTTP/1.1 409 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"))
        .isZero();
    assertThat(take(reply, "0\r\n\r\n")).isEqualTo(409);
  }

  private static int take(HttpReply reply, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return reply.take(bytes, bytes.length);
  }

  @Test
  void readersSeeGapsRepetitionsAndCuts() throws InterruptedException {
    serve("/whole", "0,1,2,3", true);
    serve("/torn", "0,2,2,3", false);
    try (SseReaders readers = new SseReaders("test-readers", base)) {
      readers.open(List.of("/whole", "/torn"), 4);
      Await.that("all is read", WAIT, () -> readers.events() == 14 && readers.cut() == 2);
      assertThat(readers.missing(List.of(upTo(4), upTo(4)))).isEqualTo(2);
      assertThat(readers.repeated()).isEqualTo(2);
      assertThat(readers.tokens()).isEqualTo(16);
    }
  }

  /** Sends a token a number. */
  private void serve(String path, String numbers, boolean toTheEnd) {
    server.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          for (String number : numbers.split(",", -1)) {
            String message = TokenLine.message(Long.parseLong(number), System.nanoTime());
            exchange
                .getResponseBody()
                .write(("data: " + message + "\n\n").getBytes(StandardCharsets.US_ASCII));
          }
          exchange.getResponseBody().flush();
          if (!toTheEnd) {
            throw new IOException("cut");
          }
          exchange.close();
        });
  }

  @Test
  void appendsComeByTheTimetableAndWhatIsRefusedDoesNotStand() throws InterruptedException {
    List<String> bodies = new ArrayList<>();
    server.createContext(
        "/stream",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(bodies.size() % 10 == 0 ? 500 : 204, -1);
          exchange.close();
        });
    Window window = Window.of(System.nanoTime(), Duration.ofMinutes(1));
    Timetable timetable = new Timetable(1, 50, System.nanoTime(), Duration.ofSeconds(1));
    try (Appends appends =
        new Appends(base, List.of("/stream"), timetable, window, Appends.Stamp.DUE)) {
      BitSet stands = appends.finish().getFirst();
      assertThat(bodies).first().isEqualTo(TokenLine.message(0, timetable.dueAt(0)));
      assertThat(stands.length()).isLessThanOrEqualTo(bodies.size());
      assertThat(stands.cardinality()).isEqualTo(bodies.size() - bodies.size() / 10);
      assertThat(appends.figures().refused()).isEqualTo(bodies.size() / 10);
    }
  }

  @Test
  void aHeldAnswerBeginsWhenItIsLetGo() throws Exception {
    try (PacedProvider provider = PacedProvider.startHeld();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StreamedCompletion.Seen> answer =
          clients.submit(() ->
              StreamedCompletion.read(
                  provider.base(), Map.of(), PacedProvider.model(5, 0), new Latencies()));
      assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      provider.beginOne();
      assertThat(answer.get(10, TimeUnit.SECONDS).tokens()).isEqualTo(5);
    }
  }

  private static BitSet upTo(int next) {
    BitSet all = new BitSet();
    all.set(0, next);
    return all;
  }
}
