package dev.everbrook.server.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before a simulator and lets each prompt choose its model, faults included: {@code ask
 * sim-8b!drop@20: why?}. All else passes as it is, byte by byte and break by break.
 */
final class ModelFront implements AutoCloseable {

  private final ServerSocket listener;
  private final URI behind;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private ModelFront(ServerSocket listener, URI behind) {
    this.listener = listener;
    this.behind = behind;
  }

  static ModelFront before(URI behind) throws IOException {
    ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    ModelFront front = new ModelFront(listener, behind);
    Thread.ofVirtual().name("model-front").start(front::listen);
    return front;
  }

  URI baseUrl() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1");
  }

  private void listen() {
    while (true) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().name("relay").start(() -> relay(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void relay(Socket client) {
    try (client;
        Socket provider = new Socket(behind.getHost(), behind.getPort())) {
      new Relay(client, provider).run();
    } catch (IOException _) {
      // One side is gone; closing both tells the other.
    } finally {
      sockets.remove(client);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
