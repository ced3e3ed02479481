package dev.everbrook.server.http.edge;

import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.Dialect;
import dev.everbrook.server.http.Reply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of one stream, on its event loop.
 *
 * <p>It has no queue: it is a place in the log ({@link Tail}) and a socket. While the socket
 * accepts bytes, events are copied from the log to it. This is the back-pressure: while the socket
 * is full, no event is read; later events are then read from the log. Fullness is counted here in
 * bytes, since Vert.x reports it only after sixteen messages of any size. Events that the ring of
 * the stream no longer holds are read from the database on a virtual thread, and the loop continues
 * afterwards. Wake-ups from any thread cause at most one task on the loop.
 *
 * <p>Used on its loop, except {@link #wake}.
 */
final class SseFollower {

  private static final Logger log = LoggerFactory.getLogger(SseFollower.class);
  private static final Buffer HEARTBEAT =
      Buffer.buffer(": alive\n\n".getBytes(StandardCharsets.UTF_8));
  private static final int WRITE_BYTES = 32 * 1024;

  /** The checks per heartbeat interval. */
  private static final int TICKS = 5;

  private static final long NONE = -1;
  private static final int IN_FLIGHT_BYTES_MAX = 2 * WRITE_BYTES;

  private final Context context;
  private final Vertx vertx;
  private final HttpServerResponse response;
  private final Tail tail;
  private final Dialect dialect;
  private final ExecutorService blocking;
  private final EdgeSettings settings;
  private final Runnable left;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private boolean reading;
  private boolean full;
  private int inFlight;
  private boolean over;
  private int silentTicks;
  private long timer;
  private long ending = NONE;

  SseFollower(EventLoop loop, HttpServerResponse response, Reply.Follow follow, Runnable left) {
    this.context = loop.context();
    this.vertx = loop.vertx();
    this.blocking = loop.blocking();
    this.settings = loop.settings();
    this.response = response;
    this.tail = follow.tail();
    this.dialect = follow.dialect();
    this.left = left;
  }

  void start(byte[] opening, Optional<Duration> most) {
    most.ifPresent(it -> ending = vertx.setTimer(it.toMillis(), _ -> letGo()));
    timer =
        vertx.setPeriodic(
            Math.max(1, settings.times().heartbeat().toMillis() / TICKS), _ -> tick());
    response.setWriteQueueMaxSize(IN_FLIGHT_BYTES_MAX);
    response.closeHandler(_ -> close());
    response.exceptionHandler(_ -> close());
    response.writeHead();
    if (opening.length > 0) {
      write(Buffer.buffer(opening));
    }
    tail.onReady(this::wake);
    pump();
  }

  private void wake() {
    if (!scheduled.getAndSet(true)) {
      context.runOnContext(_ -> {
        scheduled.set(false);
        pump();
      });
    }
  }

  private void pump() {
    try {
      move();
    } catch (Throwable e) { // wide: a reader that cannot be served must not be left hanging
      log.error("a reader of stream {} was dropped", tail.stream().publicId(), e);
      abort();
    }
  }

  private void move() {
    Buffer out = Buffer.buffer();
    while (!over && !reading && !isFull()) {
      switch (tail.poll()) {
        case Tail.Poll.Events(var entries) -> {
          out.appendBytes(dialect.frames(entries, tail.isUpToDate()));
          if (dialect.isOver()) {
            end(out);
            return;
          }
          if (out.length() < WRITE_BYTES) {
            continue;
          }
          write(out);
          out = Buffer.buffer();
        }
        case Tail.Poll.Behind() -> read();
        case Tail.Poll.Nothing() -> {
          write(out);
          return;
        }
        case Tail.Poll.Ended() -> {
          out.appendBytes(dialect.farewell());
          end(out);
          return;
        }
      }
    }
    write(out);
  }

  private void read() {
    reading = true;
    try {
      blocking.execute(this::readBlocking);
    } catch (RejectedExecutionException _) {
      letGo(); // the server is stopping; the client reconnects to another
    }
  }

  private void readBlocking() {
    try {
      Optional<Page> page = AfterCommit.read(tail::read);
      if (page.isEmpty()) {
        context.runOnContext(_ -> abort());
        return;
      }
      byte[] frames = dialect.frames(page.get().entries(), tail.isUpToDate());
      context.runOnContext(_ -> shown(frames));
    } catch (StreamFailure e) { // removed or damaged: a cut must never look like the end
      log.debug("a reader was disconnected: {}", e.getMessage());
      context.runOnContext(_ -> abort());
    } catch (Throwable e) { // wide: a reader that cannot be served must not be left hanging
      log.warn("a reader of stream {} was dropped", tail.stream().publicId(), e);
      context.runOnContext(_ -> abort());
    }
  }

  private void shown(byte[] frames) {
    reading = false;
    if (dialect.isOver()) {
      end(Buffer.buffer(frames));
    } else if (!over) {
      write(Buffer.buffer(frames));
      pump();
    }
  }

  private void write(Buffer out) {
    if (out.length() > 0 && !over) {
      silentTicks = 0;
      int bytes = out.length();
      inFlight += bytes;
      // A failed write means that the client is gone, which the close handler handles.
      response.write(out).onComplete(_ -> taken(bytes));
    }
  }

  /** Notes bytes that the socket accepted, possibly within the write itself. */
  private void taken(int bytes) {
    inFlight -= bytes;
    if (full && inFlight <= WRITE_BYTES) {
      full = false;
      wake();
    }
  }

  private boolean isFull() {
    full |= inFlight >= IN_FLIGHT_BYTES_MAX;
    return full;
  }

  private void tick() {
    silentTicks++;
    if (!isFull() && silentTicks >= TICKS - 1) { // so that no silence is longer than a heartbeat
      write(HEARTBEAT);
    }
  }

  /** Ends the response for this client, which may reconnect: the stream itself has not ended. */
  void interrupt() {
    context.runOnContext(_ -> letGo());
  }

  private void letGo() {
    if (dialect.mustBreakOff()) {
      abort();
    } else {
      end(Buffer.buffer());
    }
  }

  private void end(Buffer last) {
    if (!over) {
      response.end(last);
      close();
    }
  }

  private void abort() {
    if (!over) {
      response.reset();
      close();
    }
  }

  private void close() {
    if (!over) {
      over = true;
      vertx.cancelTimer(timer);
      if (ending != NONE) {
        vertx.cancelTimer(ending);
      }
      tail.close();
      left.run();
    }
  }
}
