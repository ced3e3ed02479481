package dev.everbrook.server.http.edge;

import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.SocketDialect;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket and the streams followed over it, on its event loop.
 *
 * <p>Like {@link SseFollower} it has no queue of events: each stream is a place in the log. At most
 * one frame is on its way to the client; streams with new events wait in line. Events that only the
 * database has are read for one stream at a time. The client's messages are answered one after the
 * other, and meanwhile the socket is not read. So no data accumulates here, however fast or slow
 * the client is.
 *
 * <p>Used on its loop, except {@link #wake} and {@link #interrupt}.
 */
final class LiveSocket {

  private static final Logger log = LoggerFactory.getLogger(LiveSocket.class);
  private static final short GOING_AWAY = 1001;
  private static final short INTERNAL_ERROR = 1011;
  private static final short TOO_BIG = 1009;
  private static final short SERVICE_RESTART = 1012;
  private static final int TICKS = 5;

  private final EventLoop loop;
  private final ServerWebSocket socket;
  private final SocketDialect dialect;
  private final Failures failures;
  private final Semaphore followers;
  private final Principal principal;
  private final Runnable left;
  private final Map<String, FollowedStream> streams = new HashMap<>();
  private final ArrayDeque<FollowedStream> line = new ArrayDeque<>();
  private final ArrayDeque<FollowedStream> behind = new ArrayDeque<>();

  /** Pending last frames of streams that can no longer be followed; at most one each. */
  private final ArrayDeque<String> farewells = new ArrayDeque<>();

  private final Set<FollowedStream> awake = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private Optional<String> reply = Optional.empty();
  private boolean inFlight;
  private boolean reading;

  /** Whether a stream in line has its next frame ready. */
  private boolean prepared;

  private boolean over;
  private int silentTicks;
  private long timer;

  LiveSocket(
      EventLoop loop, ServerWebSocket socket, SocketDialect dialect, Shared shared, Runnable left) {
    this.loop = loop;
    this.socket = socket;
    this.dialect = dialect;
    this.failures = shared.failures();
    this.followers = shared.followers();
    this.principal = shared.principal();
    this.left = left;
  }

  /** The common data of all sockets of an edge. */
  record Shared(Failures failures, Semaphore followers, Principal principal) {}

  void start() {
    long beat = Math.max(1, loop.settings().times().heartbeat().toMillis() / TICKS);
    timer = loop.vertx().setPeriodic(beat, _ -> tick());
    socket.closeHandler(_ -> close());
    socket.exceptionHandler(this::broken);
    socket.textMessageHandler(this::heard);
    socket.binaryMessageHandler(_ -> {
      socket.pause();
      answered(dialect.refusal("", HttpFailure.badRequest("Messages must be text.")));
    });
  }

  /** Ends a broken socket; Vert.x reports a too long message as an illegal state. */
  private void broken(Throwable why) {
    end(
        switch (why) {
          case CorruptedWebSocketFrameException frame -> (short) frame.closeStatus().code();
          case IllegalStateException _ -> TOO_BIG;
          default -> GOING_AWAY;
        });
  }

  /** Handles a message; the next one is read after the answer. */
  private void heard(String message) {
    socket.pause();
    blocking(() -> {
      SocketDialect.Wish wish;
      try {
        wish = dialect.wish(principal, message);
      } catch (Throwable e) { // wide: the client gets an error whatever is thrown
        HttpFailure failure = failures.of(e);
        loop.context().runOnContext(_ -> answered(dialect.refusal(message, failure)));
        return;
      }
      loop.context().runOnContext(_ -> fulfil(message, wish));
    });
  }

  private void fulfil(String message, SocketDialect.Wish wish) {
    switch (wish) {
      case SocketDialect.Wish.Leave(var key) -> {
        FollowedStream followed = streams.get(key);
        if (followed != null) {
          forget(followed);
        }
        answered("");
      }
      case SocketDialect.Wish.Follow(var key, var tail, var opening) -> {
        Optional<HttpFailure> refusal = follow(key, tail);
        if (refusal.isPresent()) {
          tail.close();
          answered(dialect.refusal(message, refusal.get()));
        } else {
          answered(opening);
        }
      }
    }
  }

  private Optional<HttpFailure> follow(String key, Tail tail) {
    if (over) {
      return Optional.of(Failures.busy());
    }
    if (streams.containsKey(key)) {
      return Optional.of(new HttpFailure(409, "This socket already follows that stream."));
    }
    int most = loop.settings().bounds().streamsPerSocketMax();
    if (streams.size() >= most) {
      return Optional.of(
          new HttpFailure(429, "One socket follows at most " + most + " streams; open another."));
    }
    if (!followers.tryAcquire()) {
      return Optional.of(Failures.busy());
    }
    FollowedStream followed = new FollowedStream(key, tail);
    streams.put(key, followed);
    tail.onReady(() -> wake(followed));
    wake(followed);
    return Optional.empty();
  }

  /** Sends the answer; the client's next message is read after it has been sent. */
  private void answered(String answer) {
    if (over) {
      return;
    }
    if (answer.isEmpty()) {
      socket.resume();
    } else {
      reply = Optional.of(answer);
      pump();
    }
  }

  private void wake(FollowedStream followed) {
    awake.add(followed);
    if (!scheduled.getAndSet(true)) {
      loop.context()
          .runOnContext(_ -> {
            scheduled.set(false);
            pump();
          });
    }
  }

  private void pump() {
    try {
      gather();
      while (!over && !inFlight && hasMore()) {
        next();
      }
      readNext();
    } catch (Throwable e) { // wide: a socket that cannot be served must not be left hanging
      log.error("a socket was dropped", e);
      end(INTERNAL_ERROR);
    }
  }

  private boolean hasMore() {
    return reply.isPresent() || !farewells.isEmpty() || !line.isEmpty();
  }

  private void next() {
    if (!farewells.isEmpty()) {
      write(farewells.remove(), false);
    } else if (reply.isPresent()) {
      String frame = reply.get();
      reply = Optional.empty();
      write(frame, true); // then read the next message
    } else {
      FollowedStream next = line.remove();
      next.inLine = false;
      if (streams.get(next.key) == next) { // it may have been unsubscribed while in line
        speak(next);
      }
    }
  }

  /** Puts the woken streams in line. */
  private void gather() {
    awake.removeIf(followed -> {
      if (streams.get(followed.key) == followed && !followed.reading) {
        enter(followed);
      }
      return true;
    });
  }

  private void enter(FollowedStream followed) {
    if (!followed.inLine) {
      followed.inLine = true;
      line.add(followed);
    }
  }

  private void speak(FollowedStream followed) {
    if (followed.prepared.isPresent()) {
      String frame = followed.prepared.get();
      followed.prepared = Optional.empty();
      prepared = false;
      write(frame, false);
      enter(followed);
      return;
    }
    switch (followed.tail.poll()) {
      case Tail.Poll.Events(var entries) -> {
        write(dialect.events(followed.key, entries), false);
        enter(followed);
      }
      case Tail.Poll.Behind() -> {
        followed.reading = true;
        behind.add(followed);
      }
      case Tail.Poll.Nothing() -> {
        // It gets in line again when it is woken.
      }
      case Tail.Poll.Ended() -> {
        write(dialect.end(followed.key, followed.tail.position()), false);
        forget(followed);
      }
    }
  }

  private void readNext() {
    FollowedStream next;
    while (!reading && !prepared && !over && (next = behind.poll()) != null) {
      if (streams.get(next.key) == next) {
        reading = true;
        read(next);
      }
    }
  }

  private void read(FollowedStream followed) {
    blocking(() -> {
      try {
        var entries = followed.tail.read().entries();
        String frame = entries.isEmpty() ? "" : dialect.events(followed.key, entries);
        loop.context().runOnContext(_ -> wasRead(followed, frame));
      } catch (StreamFailure e) {
        HttpFailure failure = failures.of(e);
        loop.context().runOnContext(_ -> lost(followed, failure));
      } catch (Throwable e) { // wide: the client gets an error whatever is thrown
        HttpFailure failure = failures.of(e);
        loop.context().runOnContext(_ -> lost(followed, failure));
      }
    });
  }

  private void wasRead(FollowedStream followed, String frame) {
    reading = false;
    followed.reading = false;
    if (streams.get(followed.key) == followed) {
      if (!frame.isEmpty()) {
        followed.prepared = Optional.of(frame);
        prepared = true;
      }
      enter(followed);
    }
    pump();
  }

  /** Drops a stream that cannot be read; the others continue. */
  private void lost(FollowedStream followed, HttpFailure why) {
    reading = false;
    followed.reading = false;
    if (streams.get(followed.key) == followed) {
      forget(followed);
      farewells.add(dialect.lost(followed.key, why));
    }
    pump();
  }

  private void blocking(Runnable work) {
    try {
      loop.blocking().execute(work);
    } catch (RejectedExecutionException _) {
      end(SERVICE_RESTART);
    }
  }

  private void write(String frame, boolean hearNext) {
    inFlight = true;
    silentTicks = 0;
    socket
        .writeTextMessage(frame)
        .onComplete(_ -> {
          inFlight = false;
          if (!over) {
            if (hearNext) {
              socket.resume();
            }
            loop.context().runOnContext(_ -> pump());
          }
        });
  }

  private void tick() {
    silentTicks++;
    if (!inFlight && silentTicks >= TICKS - 1) {
      silentTicks = 0;
      socket.writePing(Buffer.buffer());
    }
  }

  private void forget(FollowedStream followed) {
    if (streams.remove(followed.key, followed)) {
      prepared &= followed.prepared.isEmpty();
      followed.prepared = Optional.empty();
      followed.tail.close();
      followers.release();
    }
  }

  /** Tells the client to reconnect, to this server or another. */
  void interrupt() {
    loop.context().runOnContext(_ -> end(SERVICE_RESTART));
  }

  private void end(short code) {
    if (!over) {
      socket.close(code);
      close();
    }
  }

  private void close() {
    if (!over) {
      over = true;
      loop.vertx().cancelTimer(timer);
      Map.copyOf(streams).values().forEach(this::forget);
      line.clear();
      behind.clear();
      farewells.clear();
      left.run();
    }
  }
}
