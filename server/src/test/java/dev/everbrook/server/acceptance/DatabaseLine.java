package dev.everbrook.server.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way from servers to their database, which a test can break: cut, so that every connection
 * fails at once, or frozen, so that none does and nothing comes. Who opens it closes it.
 */
final class DatabaseLine implements AutoCloseable {

  /** How the line is broken. */
  enum Break {
    CUT,
    FROZEN
  }

  private final ServerSocket listener;
  private final URI behind;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition thawed = lock.newCondition();
  private boolean cut;
  private boolean frozen;

  private DatabaseLine(ServerSocket listener, URI behind) {
    this.listener = listener;
    this.behind = behind;
  }

  /** A line to this database; {@link #through} gives it to a server. */
  static DatabaseLine to(Told told) throws IOException {
    URI behind = URI.create(String.valueOf(told.environment().get(Told.DATABASE)));
    ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    DatabaseLine line = new DatabaseLine(listener, behind);
    Thread.ofVirtual().name("database-line").start(line::listen);
    return line;
  }

  /** What a server is told that reaches its database over this line. */
  Told through(Told told) {
    String url = String.valueOf(told.environment().get(Told.DATABASE));
    return told.with(
        Told.DATABASE,
        url.replace(
            "@" + behind.getHost() + ":" + behind.getPort(),
            "@127.0.0.1:" + listener.getLocalPort()));
  }

  void breaks(Break how) throws IOException {
    lock.lock();
    try {
      cut = how == Break.CUT;
      frozen = how == Break.FROZEN;
    } finally {
      lock.unlock();
    }
    if (how == Break.CUT) {
      closeAll();
    }
  }

  void mend() {
    lock.lock();
    try {
      cut = false;
      frozen = false;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void listen() {
    while (true) {
      try {
        Socket client = listener.accept();
        if (isCut()) {
          client.close();
        } else {
          sockets.add(client);
          Socket database = new Socket(behind.getHost(), behind.getPort());
          sockets.add(database);
          Thread.ofVirtual().start(() -> pump(client, database));
          Thread.ofVirtual().start(() -> pump(database, client));
        }
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private boolean isCut() {
    lock.lock();
    try {
      return cut;
    } finally {
      lock.unlock();
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] bytes = new byte[8_192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        awaitThaw();
        out.write(bytes, 0, n);
      }
    } catch (IOException _) {
      // One side is gone; closing both tells the other.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(from);
    }
  }

  private void awaitThaw() throws InterruptedException {
    lock.lock();
    try {
      while (frozen) {
        thawed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void closeAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      mend();
      closeAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
