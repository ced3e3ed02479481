package dev.everbrook.engine;

import dev.everbrook.postgres.Access;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line to the database that can fall silent without being cut, as one does whose other end has
 * lost its power: what is sent is swallowed, and nothing comes back.
 */
public final class FrozenLine implements AutoCloseable {

  private static final Pattern PORT = Pattern.compile("//([^:/]+):(\\d+)/");

  private final Access access;
  private final ServerSocket front;
  private final String host;
  private final int port;
  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
  private volatile boolean frozen;

  private static final class Wire {
    private final Socket here;
    private final Socket there;
    private final CountDownLatch cut = new CountDownLatch(1);
    private volatile boolean frozen;

    Wire(Socket here, Socket there) {
      this.here = here;
      this.there = there;
    }

    void pump(Socket from, Socket to) {
      byte[] some = new byte[16_384];
      try (from;
          to) {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
          if (!frozen) {
            out.write(some, 0, n);
          }
        }
        if (frozen) {
          cut.await(); // not even the end is told
        }
      } catch (IOException _) {
        // Closed by one of its ends.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  public FrozenLine(Access access) throws IOException {
    Matcher address = PORT.matcher(access.url());
    if (!address.find()) {
      throw new IllegalArgumentException(access.url());
    }
    this.access = access;
    this.host = address.group(1);
    this.port = Integer.parseInt(address.group(2));
    this.front = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** The same database by way of this line. */
  public String url() {
    return PORT.matcher(access.url()).replaceFirst("//127.0.0.1:" + front.getLocalPort() + "/");
  }

  private void accept() {
    try {
      while (true) {
        Socket here = front.accept();
        Wire wire = new Wire(here, new Socket(host, port));
        wire.frozen = frozen;
        wires.add(wire);
        Thread.ofVirtual().start(() -> wire.pump(here, wire.there));
        Thread.ofVirtual().start(() -> wire.pump(wire.there, here));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  /** All connections there are fall silent; new ones do not. */
  public void freeze() {
    wires.forEach(it -> it.frozen = true);
  }

  /** So do those to come. */
  public void freezeForGood() {
    frozen = true;
    freeze();
  }

  @Override
  public void close() throws IOException {
    cut();
  }

  /** Now both ends are told. */
  public void cut() throws IOException {
    front.close();
    for (Wire wire : wires) {
      wire.here.close();
      wire.there.close();
      wire.cut.countDown();
    }
  }
}
