package dev.everbrook.server.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A free port of this machine that gives each connection to a handler, on a thread of its own, and
 * closes it afterwards. Safe for use by many threads; closing it closes its connections.
 */
final class Listener implements AutoCloseable {

  private static final int BACKLOG_MAX = 1_024;

  private final ServerSocket listener;
  private final String name;
  private final Handler handler;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** What is done with a connection; an exception means that one side is gone. */
  interface Handler {
    void serve(Socket client) throws IOException;
  }

  private Listener(ServerSocket listener, String name, Handler handler) {
    this.listener = listener;
    this.name = name;
    this.handler = handler;
  }

  /** Begins to listen. */
  static Listener start(String name, Handler handler) throws IOException {
    ServerSocket socket = new ServerSocket(0, BACKLOG_MAX, InetAddress.getLoopbackAddress());
    Listener listener = new Listener(socket, name, handler);
    Thread.ofVirtual().name(name).start(listener::listen);
    return listener;
  }

  int port() {
    return listener.getLocalPort();
  }

  private void listen() {
    while (true) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().name(name + "-serve").start(() -> serve(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      handler.serve(client);
    } catch (IOException _) {
      // One side is gone; closing tells the other.
    } finally {
      sockets.remove(client);
    }
  }

  /** Closes the connections there are; new ones are taken. */
  void hangUp() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    hangUp();
  }
}
