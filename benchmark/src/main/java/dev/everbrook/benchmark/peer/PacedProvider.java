package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider of chat completions whose every token says when it was sent: its text is the time by
 * {@link System#nanoTime}, which all processes of a machine share. The model's name is the pace:
 * {@code paced-TOKENS-MICROS} sends so many tokens, so many microseconds apart, 0 for at once;
 * {@link #SILENT} thinks until it is hung up on. A virtual thread a connection.
 */
public final class PacedProvider implements AutoCloseable {

  public static final String SILENT = "says-nothing";

  private static final Pattern MODEL = Pattern.compile("paced-([0-9]+)-([0-9]+)");
  private static final Pattern LENGTH =
      Pattern.compile("content-length: *([0-9]+)", Pattern.CASE_INSENSITIVE);
  private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(20).toNanos();
  private static final int BACKLOG = 4_096;
  private static final int HEAD_BYTES_MAX = 16 * 1024;

  private final ServerSocket listening;

  /** How many more answers may begin. */
  private final Semaphore beginnings;

  private PacedProvider(ServerSocket listening, int beginnings) {
    this.listening = listening;
    this.beginnings = new Semaphore(beginnings);
  }

  /** Answers at once. */
  public static PacedProvider start() {
    return start(Integer.MAX_VALUE);
  }

  /** Thinks about every answer until {@link #beginOne} lets it go. */
  public static PacedProvider startHeld() {
    return start(0);
  }

  private static PacedProvider start(int beginnings) {
    try {
      PacedProvider provider =
          new PacedProvider(
              new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), beginnings);
      Thread.ofPlatform().daemon().name("bench-provider").start(provider::listen);
      return provider;
    } catch (IOException e) {
      throw new BenchFailure("cannot listen: " + e, e);
    }
  }

  public static String model(int tokens, int micros) {
    return "paced-" + tokens + "-" + micros;
  }

  /** Lets one more answer begin. */
  public void beginOne() {
    beginnings.release();
  }

  /** Its address, with the version in it as is the custom. */
  public URI base() {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/v1");
  }

  private void listen() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        Thread.ofVirtual().name("bench-provided").start(() -> serve(socket));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          throw new BenchFailure("the provider cannot accept: " + e, e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 32 * 1024);
      for (String head = head(in); !head.isEmpty(); head = head(in)) {
        Matcher length = LENGTH.matcher(head);
        byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        String question = new String(body, StandardCharsets.UTF_8);
        Matcher model = MODEL.matcher(question);
        if (question.contains(SILENT)) {
          think(out);
        } else if (model.find()) {
          answer(out, Integer.parseInt(model.group(1)), Long.parseLong(model.group(2)));
        } else if (head.startsWith("GET ")) {
          models(out);
        } else {
          return; // it knows no such model
        }
      }
    } catch (IOException _) {
      // The other side hung up, which is its right.
    }
  }

  /** Up to the empty line; nothing at the end of the connection. */
  private static String head(BufferedInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int c;
    while ((c = in.read()) >= 0) {
      head.append((char) c);
      int length = head.length();
      if (c == '\n' && length >= 4 && head.charAt(length - 3) == '\n') {
        return head.toString();
      }
      if (length > HEAD_BYTES_MAX) {
        throw new IOException("a head that does not end");
      }
    }
    return "";
  }

  private static void models(OutputStream out) throws IOException {
    String body = "{\"object\":\"list\",\"data\":[{\"id\":\"paced-1-0\",\"object\":\"model\"}]}";
    out.write(
        ascii(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length()
                + "\r\n\r\n"
                + body));
    out.flush();
  }

  private static void begin(OutputStream out) throws IOException {
    out.write(
        ascii(
            String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "content-type: text/event-stream",
                "transfer-encoding: chunked",
                "",
                "")));
  }

  private void think(OutputStream out) throws IOException {
    begin(out);
    while (!listening.isClosed()) {
      chunk(out, ": thinking\n\n");
      out.flush();
      LockSupport.parkNanos(SIGN_OF_LIFE_NANOS);
    }
  }

  private void answer(OutputStream out, int tokens, long micros) throws IOException {
    begin(out);
    if (!beginnings.tryAcquire()) {
      out.flush();
      beginnings.acquireUninterruptibly();
    }
    long start = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      long due = start + i * micros * 1_000;
      long wait = due - System.nanoTime();
      if (wait > 0) {
        out.flush();
        LockSupport.parkNanos(wait);
      }
      chunk(out, delta("{\"content\":\"" + System.nanoTime() + " \"}", "null"));
    }
    chunk(out, delta("{}", "\"stop\""));
    chunk(out, "data: [DONE]\n\n");
    out.write(ascii("0\r\n\r\n"));
    out.flush();
  }

  private static String delta(String delta, String finish) {
    return """
    data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"paced",\
    "choices":[{"index":0,"delta":%s,"finish_reason":%s}]}

    """
        .formatted(delta, finish);
  }

  private static void chunk(OutputStream out, String data) throws IOException {
    out.write(ascii(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new BenchFailure("cannot stop listening: " + e, e);
    }
  }
}
