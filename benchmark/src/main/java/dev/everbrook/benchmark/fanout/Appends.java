package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Appends one token after the other to each of some streams of Durable Streams, by a timetable. A
 * connection a stream, kept alive, with one append under way at most: what falls due meanwhile
 * waits, and its latency counts from its own moment. What still waits when the timetable ends is
 * never sent. One thread does it all; its figures may be asked for by any.
 */
final class Appends implements AutoCloseable {

  private static final Duration SETTLE_MAX = Duration.ofSeconds(10);
  private static final int READ_BYTES = 16 * 1024;

  /** Which moment a token says. */
  enum Stamp {
    /** The one of the timetable. */
    DUE,
    /** The one at which it was written to the socket. */
    WRITTEN
  }

  private final InetSocketAddress server;
  private final Timetable timetable;
  private final Stamp stamp;
  private final Window window;
  private final List<Writer> writers = new ArrayList<>();
  private final Latencies acks = new Latencies();
  private final Latencies lateness = new Latencies();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
  private final Selector selector;
  private final Thread thread;
  private volatile Optional<BenchFailure> failure = Optional.empty();
  private volatile boolean closed;

  /** Begins at once with the first moment of the timetable; figures count within the window. */
  Appends(URI server, List<String> paths, Timetable timetable, Window window, Stamp stamp) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.timetable = timetable;
    this.window = window;
    this.stamp = stamp;
    try {
      this.selector = Selector.open();
      for (String path : paths) {
        writers.add(new Writer(writers.size(), head(path)));
      }
    } catch (IOException e) {
      throw new BenchFailure("the appends cannot begin: " + e, e);
    }
    this.thread = Thread.ofPlatform().daemon().name("bench-appends").start(this::run);
  }

  private String head(String path) {
    return "POST "
        + path
        + " HTTP/1.1\r\nhost: 127.0.0.1:"
        + server.getPort()
        + "\r\ncontent-type: application/json\r\ncontent-length: ";
  }

  /** What is appended to one stream. */
  private final class Writer {
    private final int stream;
    private final String head;
    private final HttpReply reply = new HttpReply();
    private final BitSet stands = new BitSet();
    private SelectionKey key;
    private long sent;
    private boolean underWay;

    Writer(int stream, String head) throws IOException {
      this.stream = stream;
      this.head = head;
      this.key = connect();
    }

    private SelectionKey connect() throws IOException {
      SocketChannel socket = SocketChannel.open(server);
      socket.configureBlocking(false);
      return socket.register(selector, SelectionKey.OP_READ, this);
    }

    private long due() {
      return timetable.dueAt(stream, sent);
    }

    void sendIfDue(long now) throws IOException {
      long due = due();
      if (underWay || now - due < 0 || timetable.end() - due <= 0) {
        return;
      }
      if (window.has(due)) {
        lateness.record(now - due);
      }
      String body = TokenLine.message(sent, stamp == Stamp.DUE ? due : now);
      ByteBuffer request =
          ByteBuffer.wrap(
              (head + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
      SocketChannel socket = (SocketChannel) key.channel();
      while (request.hasRemaining()) { // a socket on which nothing is under way has room for it
        socket.write(request);
      }
      underWay = true;
    }

    void read() throws IOException {
      buffer.clear();
      int length = ((SocketChannel) key.channel()).read(buffer);
      if (length < 0) {
        throw new IOException("hung up");
      }
      int status = reply.take(buffer.array(), length);
      if (status != HttpReply.UNFINISHED) {
        decided(status >= 200 && status < 300);
      }
    }

    private void decided(boolean isAcknowledged) {
      long now = System.nanoTime();
      if (window.has(now)) {
        (isAcknowledged ? acknowledged : refused).incrementAndGet();
      }
      if (window.has(due())) {
        acks.record(now - due());
      }
      if (isAcknowledged) {
        stands.set((int) sent);
      }
      sent++;
      underWay = false;
    }

    /** An append whose connection broke was not acknowledged; the next has a new one. */
    void reconnect() throws IOException {
      key.channel().close();
      if (underWay) {
        decided(false);
      }
      key = connect();
    }
  }

  private void run() {
    long end = timetable.end() + SETTLE_MAX.toNanos();
    try (selector) {
      while (!closed && !isDone() && System.nanoTime() - end < 0) {
        selector.select(Appends::ready, 1);
        long now = System.nanoTime();
        if (now - timetable.end() < 0) {
          for (Writer writer : writers) {
            writer.sendIfDue(now);
          }
        }
      }
      for (Writer writer : writers) {
        writer.key.channel().close();
      }
    } catch (IOException | RuntimeException e) { // wide: who asks for figures is told
      failure = Optional.of(new BenchFailure("the appends broke down: " + e, e));
    }
  }

  private boolean isDone() {
    return System.nanoTime() - timetable.end() >= 0
        && writers.stream().noneMatch(it -> it.underWay);
  }

  private static void ready(SelectionKey key) {
    Writer writer = (Writer) key.attachment();
    try {
      writer.read();
      writer.sendIfDue(System.nanoTime());
    } catch (IOException e) {
      reconnect(writer, e);
    }
  }

  private static void reconnect(Writer writer, IOException cause) {
    try {
      writer.reconnect();
    } catch (IOException e) {
      e.addSuppressed(cause);
      throw new BenchFailure("the server that is appended to is gone: " + e, e);
    }
  }

  /**
   * Waits until the timetable is through and every append decided.
   *
   * @return the numbers that were acknowledged, a set for each stream
   */
  List<BitSet> finish() throws InterruptedException {
    thread.join();
    failure.ifPresent(it -> {
      throw it;
    });
    return writers.stream().map(it -> it.stands).toList();
  }

  /** What was measured within the window. */
  FanoutRow.Appended figures() {
    return new FanoutRow.Appended(
        acknowledged.get() / window.seconds(),
        refused.get(),
        acks.ms(0.5),
        acks.ms(0.99),
        lateness.ms(0.99));
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
