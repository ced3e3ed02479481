package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider, or the proxy before one, that keeps what it was sent: lists the models it is given,
 * and lets a prompt choose how it answers ({@code silent}, {@code comments}, otherwise at once). It
 * opens no tunnel. Who starts it closes it.
 */
public final class OddProvider implements AutoCloseable {

  /** For how long it sends comments before it answers. */
  public static final int COMMENTS_SECONDS = 3;

  private static final int TICK_MS = 200;
  private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)");
  private static final String CLOSING = "Connection: close\r\n\r\n";
  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + CLOSING;
  private static final String ANSWER =
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"content":"Here."}}]}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

      data: [DONE]

      """;

  private final Listener listener;
  private final String models;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private OddProvider(String models) throws IOException {
    this.models = models;
    this.listener = Listener.start("odd-provider", this::answer);
  }

  public static OddProvider listing(String models) throws IOException {
    return new OddProvider(models);
  }

  public int port() {
    return listener.port();
  }

  /** Head and body of each request that holds this, in order. */
  public List<String> requests(String with) {
    return requests.stream().filter(it -> it.contains(with)).toList();
  }

  /** The one request that holds this. */
  public String request(String with) {
    assertThat(requests(with)).as("requests with " + with).hasSize(1);
    return requests(with).getFirst();
  }

  private void answer(Socket client) throws IOException {
    String request = read(client.getInputStream());
    requests.add(request);
    if (request.startsWith("CONNECT ")) {
      write(client, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n" + CLOSING);
    } else if (request.startsWith("GET ")) {
      write(client, json());
    } else if (request.contains("silent")) {
      leftWithin(client, 0);
    } else {
      write(client, STREAM);
      boolean left = false;
      int comments = request.contains("comments") ? COMMENTS_SECONDS * 1000 / TICK_MS : 0;
      for (int i = 0; i < comments && !left; i++) {
        write(client, ": PROCESSING\n\n");
        left = leftWithin(client, TICK_MS);
      }
      write(client, ANSWER);
    }
  }

  private String json() {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + models.length()
        + "\r\n"
        + CLOSING
        + models;
  }

  private static boolean leftWithin(Socket client, int millis) throws IOException {
    client.setSoTimeout(millis);
    try {
      return client.getInputStream().read() < 0;
    } catch (SocketTimeoutException _) {
      return false;
    }
  }

  private static void write(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client left");
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head.toString().toLowerCase(Locale.ROOT));
    int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
    return head + new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
