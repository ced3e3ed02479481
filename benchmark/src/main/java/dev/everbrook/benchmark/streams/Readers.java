package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.live.Tail.Poll;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.StreamRef;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One reader on every stream, all on one thread, woken as the HTTP edge is: a tail that has news
 * queues up once, and is then read until it has no more.
 */
final class Readers implements AutoCloseable {

  private final Tails tails;
  private final Reader[] readers;
  private final BlockingQueue<Reader> ready = new LinkedBlockingQueue<>();
  private final Latencies latencies = new Latencies();
  private final AtomicLong tokens = new AtomicLong();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("bench-readers").unstarted(this::run);
  private volatile Timetable timetable;

  Readers(Tails tails, int count, Timetable timetable) {
    this.tails = tails;
    this.readers = new Reader[count];
    this.timetable = timetable;
  }

  private record Reader(int stream, Tail tail, AtomicBoolean queued) {}

  /** Follows a stream from its beginning; looks once, as a reader does who comes. */
  void add(int number, StreamRef stream) {
    Reader reader = new Reader(number, tails.follow(stream, 0), new AtomicBoolean());
    readers[number] = reader;
    reader.tail().read();
    reader
        .tail()
        .onReady(() -> {
          if (!reader.queued().getAndSet(true)) {
            ready.add(reader);
          }
        });
  }

  void start() {
    thread.start();
  }

  void begin(Timetable next) {
    timetable = next;
  }

  private void run() {
    try {
      while (true) {
        Reader reader = ready.take();
        reader.queued().set(false);
        read(reader);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // close() does that
    }
  }

  private void read(Reader reader) {
    while (true) {
      switch (reader.tail().poll()) {
        case Poll.Events(var entries) -> record(reader, entries);
        case Poll.Behind() -> record(reader, reader.tail().read().entries());
        case Poll.Nothing() -> {
          return;
        }
        case Poll.Ended() -> {
          return;
        }
      }
    }
  }

  private void record(Reader reader, Entries entries) {
    long now = System.nanoTime();
    for (long index = entries.first(); index < entries.next(); index++) {
      latencies.record(now - timetable.dueAt(reader.stream(), index));
    }
    tokens.addAndGet(entries.events().size());
  }

  /** How many tokens have been read. */
  long tokens() {
    return tokens.get();
  }

  Latencies latencies() {
    return latencies;
  }

  @Override
  public void close() {
    thread.interrupt();
    for (Reader reader : readers) {
      reader.tail().close();
    }
  }
}
