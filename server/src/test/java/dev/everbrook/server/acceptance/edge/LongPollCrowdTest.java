package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Scene;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Many long polls that wait at once. */
@ResourceLock("a crowd")
class LongPollCrowdTest {

  private static final int POLLS = 1_000;
  private static final int STREAMS = 10;
  private static final Duration ASK_AGAIN = Duration.ofMillis(20);
  private static final Duration MOST = Duration.ofSeconds(60);

  @Test
  void aThousandThatWaitHoldUpNobodyAndAreAllAnsweredByOneAppendEach() throws Exception {
    try (Scene scene = Scene.within(told -> told.with("EVERBROOK_LONG_POLL_MS", "60000"))) {
      Http http = scene.http();
      for (int i = 0; i < STREAMS; i++) {
        assertThat(http.send("PUT", path(i)).status()).isEqualTo(201);
      }
      List<Socket> polls = new ArrayList<>();
      try {
        for (int i = 0; i < POLLS; i++) {
          polls.add(poll(scene.server().base(), path(i % STREAMS)));
        }
        awaitReaders(http);
        assertThat(http.get("/readyz").status()).isEqualTo(200);
        for (int i = 0; i < STREAMS; i++) {
          Http.Answered appended =
              http.post(path(i), "news of " + i, "Content-Type", "application/octet-stream");
          assertThat(appended.status()).isEqualTo(204);
        }
        for (int i = 0; i < POLLS; i++) {
          assertThat(answer(polls.get(i)))
              .startsWith("HTTP/1.1 200 ")
              .endsWith("\r\n\r\nnews of " + i % STREAMS);
        }
        assertThat(http.metric("everbrook_stream_readers")).isZero();
      } finally {
        for (Socket poll : polls) {
          poll.close();
        }
      }
    }
  }

  private static String path(int stream) {
    return "/v1/stream/crowd/" + stream;
  }

  private static Socket poll(URI base, String path) throws IOException {
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout((int) MOST.toMillis());
    String request = RawHttp.get(path + "?offset=now&live=long-poll", base.getAuthority());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private static void awaitReaders(Http http) throws Exception {
    long end = System.nanoTime() + MOST.toNanos();
    while (http.metric("everbrook_stream_readers") < POLLS) {
      assertThat(System.nanoTime()).as("all polls wait").isLessThan(end);
      LockSupport.parkNanos(ASK_AGAIN.toNanos());
    }
  }
}
