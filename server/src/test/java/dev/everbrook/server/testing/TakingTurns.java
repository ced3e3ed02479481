package dev.everbrook.server.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A load balancer at its worst: each request goes to another server than the one before. Every
 * answer ends its connection, so the next request comes over a new one.
 */
public final class TakingTurns implements AutoCloseable {

  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final Pattern CONNECTION = Pattern.compile("(?im)^connection:.*\r\n");

  private final Listener listener;
  private final List<URI> servers;
  private final AtomicInteger turn = new AtomicInteger();

  private TakingTurns(List<URI> servers) throws IOException {
    this.servers = List.copyOf(servers);
    this.listener = Listener.start("turns", this::serve);
  }

  public static TakingTurns before(List<URI> servers) throws IOException {
    return new TakingTurns(servers);
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + listener.port());
  }

  private void serve(Socket client) throws IOException {
    URI next = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
    try (Socket server = new Socket(next.getHost(), next.getPort())) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread.ofVirtual().name("turn-out").start(() -> ask(client, server));
      server.getInputStream().transferTo(client.getOutputStream());
    }
  }

  /** Passes one request on, and the end of the client's side. */
  private static void ask(Socket client, Socket server) {
    try {
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = server.getOutputStream();
      String head = CONNECTION.matcher(head(in)).replaceAll("");
      out.write(
          head.replaceFirst("\r\n", "\r\nconnection: close\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      in.transferTo(out);
      server.close();
    } catch (IOException _) {
      // The server's answer is over, or the client has left.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    while (last != 0x0d0a0d0a && head.size() < HEAD_BYTES_MAX) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client left");
      }
      head.write(next);
      last = last << 8 | next;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
