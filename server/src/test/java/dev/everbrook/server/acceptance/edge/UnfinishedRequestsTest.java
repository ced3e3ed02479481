package dev.everbrook.server.acceptance.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end does not come, or is not read. */
class UnfinishedRequestsTest {

  private static Edge edge;
  private static URI base;

  @BeforeAll
  static void start() {
    Routes routes =
        new Routes()
            .get("/page", _ -> Reply.text(200, "page"))
            .post("/body", it -> Reply.text(200, "got " + it.body().length));
    edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes);
    base = URI.create("http://127.0.0.1:" + edge.port());
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {9_000, 500_000})
  void aLineThatIsTooLongIsRefusedThoughItDoesNotEnd(int length) throws Exception {
    String begun = "GET /" + "x".repeat(length);
    assertThat(RawHttp.exchange(base, begun)).startsWith("HTTP/1.1 414 ");
  }

  @Test
  void aBodyThatIsNotReadToItsEndDoesNotTakeTheAnswerWithIt() throws Exception {
    String head = "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n";
    assertThat(RawHttp.exchange(base, head + "x".repeat(3_000_000))).startsWith("HTTP/1.1 404 ");
    head = head.replace("/nothing", "/body");
    assertThat(RawHttp.exchange(base, head + "x".repeat(3_000_000))).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void aClientThatLeavesInItsBodyIsForgotten() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (java.net.Socket socket = new java.net.Socket(base.getHost(), base.getPort())) {
        socket.setSoLinger(i % 2 == 0, 0);
        String sent = "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc";
        socket.getOutputStream().write(sent.getBytes(UTF_8));
        socket.getOutputStream().flush();
      }
    }
    assertThat(new Http(base).get("/page").status()).isEqualTo(200);
  }
}
