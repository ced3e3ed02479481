package dev.everbrook.server.http.edge;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.SocketDialect;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * All readers that follow streams over this edge, up to a bound. Called on event loops, except
 * {@link #letGo} and {@link #size}.
 */
final class Followers {

  private final Vertx vertx;
  private final EdgeSettings settings;
  private final ExecutorService blocking;
  private final Failures failures;
  private final Semaphore places;
  private final Set<SseFollower> following = ConcurrentHashMap.newKeySet();
  private final Set<LiveSocket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Followers(Vertx vertx, EdgeSettings settings, ExecutorService blocking, Failures failures) {
    this.vertx = vertx;
    this.settings = settings;
    this.blocking = blocking;
    this.failures = failures;
    this.places = new Semaphore(settings.bounds().followersMax());
  }

  private EventLoop loop() {
    return new EventLoop(vertx, vertx.getOrCreateContext(), blocking, settings);
  }

  /** The number of followed streams; a WebSocket counts with each of its streams and itself. */
  int size() {
    return settings.bounds().followersMax() - places.availablePermits();
  }

  /** Whether another reader would be admitted now. */
  boolean hasRoom() {
    return !closed && places.availablePermits() > 0;
  }

  /** Returns whether there is room; if not, the tail is closed. */
  boolean follow(HttpServerResponse response, Reply.Follow follow) {
    if (closed || !places.tryAcquire()) {
      follow.tail().close();
      return false;
    }
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        .putHeader("cache-control", "no-cache")
        .putHeader("connection", "keep-alive")
        .putHeader("x-accel-buffering", "no");
    follow.headers().forEach(response::putHeader); // a dialect may override these
    SseFollower[] self = new SseFollower[1];
    self[0] =
        new SseFollower(
            loop(),
            response,
            follow,
            () -> {
              following.remove(self[0]);
              places.release();
            });
    following.add(self[0]);
    self[0].start(follow.opening(), follow.most());
    if (closed) { // letGo() may have run before this follower was added
      self[0].interrupt();
    }
    return true;
  }

  /** Returns whether there is room; if so, the request is upgraded. */
  boolean socket(HttpServerRequest request, Principal principal, SocketDialect dialect) {
    if (closed || !places.tryAcquire()) {
      return false;
    }
    request
        .toWebSocket()
        .onFailure(_ -> places.release())
        .onSuccess(socket -> serve(socket, principal, dialect));
    return true;
  }

  private void serve(ServerWebSocket socket, Principal principal, SocketDialect dialect) {
    LiveSocket[] self = new LiveSocket[1];
    self[0] =
        new LiveSocket(
            loop(),
            socket,
            dialect,
            new LiveSocket.Shared(failures, places, principal),
            () -> {
              sockets.remove(self[0]);
              places.release();
            });
    sockets.add(self[0]);
    self[0].start();
    if (closed) {
      self[0].interrupt();
    }
  }

  /** Admits no more readers and disconnects those that follow, so that they reconnect elsewhere. */
  void letGo() {
    closed = true;
    following.forEach(SseFollower::interrupt);
    sockets.forEach(LiveSocket::interrupt);
  }
}
