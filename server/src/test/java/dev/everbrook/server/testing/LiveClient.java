package dev.everbrook.server.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of {@code /v1/live}: keeps all frames. It takes them as they come, or, if it is lazy,
 * only after {@link #read}. Every wait is bound to 60 s. Safe for use by many threads.
 */
public final class LiveClient implements WebSocket.Listener, AutoCloseable {

  private static final Duration MOST = Duration.ofSeconds(60);

  private final boolean lazy;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<JsonNode> frames = new ArrayList<>();
  private final StringBuilder partial = new StringBuilder();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private int pings;
  private @Nullable WebSocket socket;

  private LiveClient(boolean lazy) {
    this.lazy = lazy;
  }

  public static LiveClient connect(URI base) {
    return connect(base, "http://" + base.getAuthority(), false);
  }

  public static LiveClient lazy(URI base) {
    return connect(base, "http://" + base.getAuthority(), true);
  }

  /** As a page of this origin would. */
  public static LiveClient connect(URI base, String origin) {
    return connect(base, origin, false);
  }

  private static LiveClient connect(URI base, String origin, boolean lazy) {
    LiveClient client = new LiveClient(lazy);
    client.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .header("Origin", origin)
            .connectTimeout(Duration.ofSeconds(10))
            .buildAsync(URI.create("ws://" + base.getAuthority() + "/v1/live"), client)
            .orTimeout(30, TimeUnit.SECONDS)
            .join();
    return client;
  }

  public void subscribe(String stream, long after) {
    send(Map.of("type", "subscribe", "stream", stream, "after", after));
  }

  public void unsubscribe(String stream) {
    send(Map.of("type", "unsubscribe", "stream", stream));
  }

  public void send(Object message) {
    String text =
        message instanceof String given ? given : JsonMapper.shared().writeValueAsString(message);
    socket().sendText(text, true).orTimeout(30, TimeUnit.SECONDS).join();
  }

  public void sendBinary(byte[] bytes) {
    socket().sendBinary(ByteBuffer.wrap(bytes), true).orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** Takes all that comes from here on. */
  public void read() {
    socket().request(Long.MAX_VALUE);
  }

  private WebSocket socket() {
    if (socket == null) {
      throw new IllegalStateException("not connected");
    }
    return socket;
  }

  @Override
  public void onOpen(WebSocket opened) {
    if (!lazy) {
      opened.request(Long.MAX_VALUE);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    lock.lock();
    try {
      partial.append(data);
      if (last) {
        frames.add(JsonMapper.shared().readTree(partial.toString()));
        partial.setLength(0);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    lock.lock();
    try {
      pings++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  /** The code with which the server closed. */
  public int awaitClosed() {
    return closed.orTimeout(MOST.toSeconds(), TimeUnit.SECONDS).join();
  }

  public void awaitPing() throws InterruptedException {
    await(_ -> pings > 0);
  }

  /** Waits for a frame of this type. */
  public JsonNode await(String type) throws InterruptedException {
    return await(all -> all.stream().anyMatch(it -> is(it, type))).stream()
        .filter(it -> is(it, type))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until so many streams have ended. */
  public List<JsonNode> awaitEnds(int count) throws InterruptedException {
    return await(all -> all.stream().filter(it -> is(it, "end")).count() >= count);
  }

  public List<JsonNode> await(Predicate<List<JsonNode>> enough) throws InterruptedException {
    long left = MOST.toNanos();
    lock.lock();
    try {
      while (!enough.test(frames)) {
        if (left <= 0 || closed.isDone()) {
          throw new AssertionError("closed: " + closed + ", frames: " + frames);
        }
        left = changed.awaitNanos(left);
      }
      return List.copyOf(frames);
    } finally {
      lock.unlock();
    }
  }

  /** The events of one stream so far, in order of arrival. */
  public List<JsonNode> events(String stream) {
    List<JsonNode> events = new ArrayList<>();
    lock.lock();
    try {
      for (JsonNode frame : frames) {
        if (is(frame, "events") && frame.path("stream").asString("").equals(stream)) {
          events.addAll(frame.path("events").values());
        }
      }
    } finally {
      lock.unlock();
    }
    return events;
  }

  public static boolean is(JsonNode frame, String type) {
    return frame.path("type").asString("").equals(type);
  }

  @Override
  public void close() {
    socket().abort();
  }
}
