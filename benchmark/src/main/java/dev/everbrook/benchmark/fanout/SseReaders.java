package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Readers of server-sent events, thousands of them on one thread with one selector, so that they
 * cost little beside what they measure. {@link #open} and what asks for figures may be called by
 * one other thread.
 */
final class SseReaders implements AutoCloseable {

  /** So many may wait for their response to begin; more would only queue up in the kernel. */
  private static final int OPENING_MAX = 128;

  private static final Duration OPENING_WAIT = Duration.ofSeconds(30);
  private static final int READ_BYTES = 64 * 1024;

  private final InetSocketAddress server;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Reader> joining = new ConcurrentLinkedQueue<>();
  private final List<Reader> readers = new ArrayList<>();
  private final Semaphore opening = new Semaphore(OPENING_MAX);
  private final AtomicInteger cut = new AtomicInteger();
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong tokens = new AtomicLong();
  private final Latencies latencies = new Latencies();
  private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
  private volatile Window window = Window.NEVER;
  private volatile Optional<RuntimeException> failure = Optional.empty();
  private volatile boolean closed;

  SseReaders(String name, URI server) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new BenchFailure("there is no selector: " + e, e);
    }
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  /** One reader; its latencies count from what the tokens say. */
  private final class Reader {
    private final int stream;
    private final SocketChannel socket;
    private final Sequence sequence = new Sequence();
    private final SseResponse response = new SseResponse(this::line);
    private long now;

    Reader(int stream, SocketChannel socket) {
      this.stream = stream;
      this.socket = socket;
    }

    void read() throws IOException {
      boolean had = response.hasBegun();
      buffer.clear();
      int length = socket.read(buffer);
      if (length < 0) {
        throw new IOException("hung up");
      }
      now = System.nanoTime();
      response.take(buffer.array(), length);
      if (!had && response.hasBegun()) {
        opening.release();
      }
    }

    private void line(byte[] bytes, int from, int to) {
      TokenLine.read(bytes, from, to, this::event);
    }

    private void event(int seq, long sentNanos) {
      if (sequence.see(seq)) {
        events.incrementAndGet();
      }
      if (sentNanos != TokenLine.NO_TOKEN) {
        tokens.incrementAndGet();
        if (window.has(sentNanos)) {
          latencies.record(now - sentNanos);
        }
      }
    }
  }

  /**
   * Adds so many readers, evenly spread over these targets; returns when the responses to all have
   * begun.
   */
  void open(List<String> targets, int number) throws InterruptedException {
    for (int i = 0; i < number; i++) {
      take(1);
      int stream = i % targets.size();
      Reader reader = new Reader(stream, ask(targets.get(stream)));
      readers.add(reader);
      joining.add(reader);
      selector.wakeup();
    }
    take(OPENING_MAX);
    opening.release(OPENING_MAX);
  }

  private void take(int places) throws InterruptedException {
    boolean taken = opening.tryAcquire(places, OPENING_WAIT.toSeconds(), TimeUnit.SECONDS);
    check();
    if (!taken) {
      throw new BenchFailure(
          "readers got no response within "
              + OPENING_WAIT.toSeconds()
              + " s; "
              + readers.size()
              + " had asked");
    }
  }

  private SocketChannel ask(String target) {
    String request =
        "GET "
            + target
            + " HTTP/1.1\r\nhost: 127.0.0.1:"
            + server.getPort()
            + "\r\naccept: text/event-stream\r\n\r\n";
    try {
      SocketChannel socket = SocketChannel.open(server);
      socket.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      socket.configureBlocking(false);
      return socket;
    } catch (IOException e) {
      throw new BenchFailure("a reader cannot connect: " + e, e);
    }
  }

  private void run() {
    try (selector) {
      while (!closed) {
        selector.select(this::ready);
        Reader next;
        while ((next = joining.poll()) != null) {
          next.socket.register(selector, SelectionKey.OP_READ, next);
        }
      }
    } catch (IOException | RuntimeException e) { // wide: who asks for figures is told
      failure = Optional.of(new BenchFailure("the readers broke down: " + e, e));
      opening.release(2 * OPENING_MAX);
    }
  }

  private void ready(SelectionKey key) {
    Reader reader = (Reader) key.attachment();
    try {
      reader.read();
    } catch (IOException _) {
      key.cancel();
      hangUp(reader);
    }
    if (reader.response.isOver()) {
      key.cancel();
    }
  }

  private void hangUp(Reader reader) {
    if (!reader.response.isOver()) {
      cut.incrementAndGet();
    }
    close(reader);
  }

  /** From now on latencies count of the tokens that were sent within. */
  void measure(Window within) {
    window = within;
  }

  /** How many events were read for the first time. */
  long events() {
    return events.get();
  }

  /** How many tokens were read. */
  long tokens() {
    return tokens.get();
  }

  Latencies latencies() {
    return latencies;
  }

  /** How many events are missing, if the readers of stream n were to get what stands there. */
  long missing(List<BitSet> expected) {
    return readers.stream().mapToLong(it -> it.sequence.missing(expected.get(it.stream))).sum();
  }

  /** How many events came twice or out of order. */
  long repeated() {
    return readers.stream().mapToLong(it -> it.sequence.repeated()).sum();
  }

  /** How many the server hung up on in the middle. */
  int cut() {
    return cut.get();
  }

  int size() {
    return readers.size();
  }

  /**
   * Fails if they have failed.
   *
   * @throws BenchFailure if they do not read any more
   */
  void check() {
    failure.ifPresent(it -> {
      throw it;
    });
  }

  /** Hangs up. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    readers.forEach(SseReaders::close);
  }

  private static void close(Reader reader) {
    try {
      reader.socket.close();
    } catch (IOException e) {
      throw new BenchFailure("a socket does not close: " + e, e);
    }
  }
}
