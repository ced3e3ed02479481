package dev.everbrook.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server that says exactly the bytes it was told, one script a connection, and sees hang-ups. */
final class RawServer implements AutoCloseable {

  private static final String STREAM_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

  /** What to do with one connection, once its request was read. */
  interface Script {
    void play(Socket socket) throws IOException;
  }

  private final ServerSocket listener;
  private final Queue<Script> scripts = new ArrayDeque<>();
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch clientHungUp = new CountDownLatch(1);

  RawServer(Script... scripts) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.scripts.addAll(List.of(scripts));
    Thread.ofVirtual().start(this::serve);
  }

  /** Sends these events and closes properly. */
  static Script events(String... data) {
    return bytes(STREAM_HEAD + String.join("", frames(data)));
  }

  /** Sends these events and then says nothing more, until the client hangs up. */
  static Script eventsThenSilence(String... data) {
    return socket -> {
      write(socket, STREAM_HEAD + String.join("", frames(data)));
      awaitHangUp(socket);
    };
  }

  static Script bytes(String text) {
    return socket -> write(socket, text);
  }

  /** Sends this text and breaks the connection with a reset. */
  static Script bytesThenReset(String text) {
    return socket -> {
      write(socket, text);
      socket.setSoLinger(true, 0);
    };
  }

  static Script response(String status, String type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return bytes(
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + bytes.length
            + "\r\nConnection: close\r\n\r\n"
            + body);
  }

  static Script silence() {
    return RawServer::awaitHangUp;
  }

  static String head() {
    return STREAM_HEAD;
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1");
  }

  /** The head and body of the next request, in order of arrival. */
  String request() throws InterruptedException {
    String request = requests.poll(5, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came within 5 s");
    }
    return request;
  }

  /** Whether the client closed its connection within this time. */
  boolean sawHangUp(long millis) throws InterruptedException {
    return clientHungUp.await(millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void serve() {
    while (!scripts.isEmpty()) {
      try (Socket socket = listener.accept()) {
        requests.add(readRequest(socket.getInputStream()));
        scripts.remove().play(socket);
        if (socket.getSoLinger() < 0) {
          socket.shutdownOutput();
          awaitHangUp(socket);
        }
        clientHungUp.countDown();
      } catch (IOException closed) {
        clientHungUp.countDown();
        if (listener.isClosed()) {
          return;
        }
      }
    }
  }

  private static String[] frames(String... data) {
    return Stream.of(data).map(d -> "data: " + d + "\n\n").toArray(String[]::new);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitHangUp(Socket socket) throws IOException {
    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private static String readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the client left before its request was complete");
      }
      head.append((char) b);
    }
    int at = head.toString().toLowerCase(Locale.ROOT).indexOf("content-length: ");
    int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }
}
