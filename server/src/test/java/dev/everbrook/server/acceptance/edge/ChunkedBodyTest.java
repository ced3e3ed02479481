package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Bodies whose length nobody knows before they were read. */
class ChunkedBodyTest {

  private static final int MOST_S = 20;

  /** There is room for two bodies of the most that one may have, less a byte. */
  private static final int BODIES_BYTES_MAX = 2 << 20;

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  @Test
  void whileItsRequestWaitsASmallOneHoldsNoMoreThanItself() throws Exception {
    Routes routes =
        new Routes()
            .post(
                "/wait",
                request -> {
                  entered.countDown();
                  over.await();
                  return Reply.text(200, "waited " + request.body().length);
                })
            .post("/pass", request -> Reply.text(200, "passed " + request.body().length));
    EdgeSettings settings = EdgeSettings.at("127.0.0.1", 0).bounded(1, 1, BODIES_BYTES_MAX);
    try (HttpClient client = HttpClient.newHttpClient();
        Edge edge = Edge.start(settings, routes)) {
      CompletableFuture<HttpResponse<String>> waiting =
          client.sendAsync(chunked(edge, "/wait"), BodyHandlers.ofString());
      assertThat(entered.await(MOST_S, TimeUnit.SECONDS)).isTrue();
      HttpResponse<String> passed = client.send(chunked(edge, "/pass"), BodyHandlers.ofString());
      assertThat(passed.body()).isEqualTo("passed 7");
      over.countDown();
      assertThat(waiting.get(MOST_S, TimeUnit.SECONDS).body()).isEqualTo("waited 7");
    }
  }

  private static HttpRequest chunked(Edge edge, String path) {
    byte[] body = new byte[7];
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
        .version(HttpClient.Version.HTTP_1_1)
        .timeout(Duration.ofSeconds(MOST_S))
        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
        .build();
  }
}
