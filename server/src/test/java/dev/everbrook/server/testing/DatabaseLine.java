package dev.everbrook.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way from servers to their database, which a test can break: cut, so that every connection
 * fails at once, or frozen, so that none does and nothing comes. Who opens it closes it.
 */
public final class DatabaseLine implements AutoCloseable {

  /** How the line is broken. */
  public enum Break {
    CUT,
    FROZEN
  }

  private final Listener listener;
  private final URI behind;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition thawed = lock.newCondition();
  private boolean cut;
  private boolean frozen;

  private DatabaseLine(URI behind) throws IOException {
    this.behind = behind;
    this.listener = Listener.start("database-line", this::serve);
  }

  /** A line to this database; {@link #through} gives it to a server. */
  public static DatabaseLine to(Told told) throws IOException {
    return new DatabaseLine(URI.create(String.valueOf(told.environment().get(Told.DATABASE))));
  }

  /** What a server is told that reaches its database over this line. */
  public Told through(Told told) {
    String url = String.valueOf(told.environment().get(Told.DATABASE));
    return told.with(
        Told.DATABASE,
        url.replace(
            "@" + behind.getHost() + ":" + behind.getPort(), "@127.0.0.1:" + listener.port()));
  }

  public void breaks(Break how) throws IOException {
    lock.lock();
    try {
      cut = how == Break.CUT;
      frozen = how == Break.FROZEN;
    } finally {
      lock.unlock();
    }
    if (how == Break.CUT) {
      listener.hangUp();
    }
  }

  public void mend() {
    lock.lock();
    try {
      cut = false;
      frozen = false;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void serve(Socket client) throws IOException {
    if (!isCut()) {
      try (Socket database = new Socket(behind.getHost(), behind.getPort())) {
        Thread.ofVirtual().start(() -> pump(database, client));
        pump(client, database);
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

  @Override
  public void close() {
    try {
      mend();
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
