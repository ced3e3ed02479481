package dev.everbrook.server.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections over which a test sends what it likes, byte by byte, and which hold little that was
 * not read. Used by one thread; closing it closes them all.
 */
public final class RawSockets implements AutoCloseable {

  private static final int SILENCE_MAX_MS = 30_000;
  private static final int BUFFER_BYTES = 4 * 1024;

  private final List<Socket> sockets = new ArrayList<>();

  /** Opens another one and sends this. */
  public Socket connect(URI base, String sent) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(BUFFER_BYTES);
    socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
    socket.setSoTimeout(SILENCE_MAX_MS);
    sockets.add(socket);
    send(socket, sent);
    return socket;
  }

  /** Sends more. */
  public static void send(Socket socket, String sent) throws IOException {
    socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** All that comes until the other side closes. */
  public static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
