package dev.everbrook.server.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Requests that a well-behaved client does not send. */
public final class RawHttp {

  private static final Duration MOST = Duration.ofSeconds(20);
  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  private RawHttp() {}

  /** The head of a GET, as it stands, under this Host. */
  public static String get(String path, String host, String... headers) {
    StringBuilder request =
        new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return request.append("Connection: close\r\n\r\n").toString();
  }

  /** Sends it as it stands and returns what comes back, head and body, up to 64 KiB. */
  public static String exchange(URI base, String request) throws IOException {
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout((int) MOST.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(
          socket.getInputStream().readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
    }
  }

  /** Posts JSON and closes the connection before there is an answer. */
  public static void askAndLeave(URI base, String path, String json) throws IOException {
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      String head =
          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d"
              .formatted(path, base.getAuthority(), json.length());
      socket.getOutputStream().write((head + "\r\n\r\n" + json).getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    }
  }

  /** Asks and never reads: what the two sides' buffers do not hold stays with the server. */
  public static Socket stalled(URI base, String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 * 1024);
    socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: " + base.getAuthority() + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
    return socket;
  }
}
