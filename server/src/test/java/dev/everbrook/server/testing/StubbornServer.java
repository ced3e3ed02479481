package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Speaks docs/protocol-work.md to one worker: gives it one job, and answers what that says of the
 * job's end as it was told to. Who starts it closes it.
 */
public final class StubbornServer implements AutoCloseable {

  private static final String WORKER = "/v1/work/workers/w";
  private static final String RUN = WORKER + "/jobs/1/runs/1";
  private static final Duration CLAIM_WAITS = Duration.ofSeconds(1);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean given = new AtomicBoolean();
  private final Map<String, Integer> statuses;
  private final Set<String> misled = ConcurrentHashMap.newKeySet();
  private final Semaphore beats = new Semaphore(0);
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

  /** What it was asked, but for beats. */
  public record Asked(String path, String body, String authorization) {}

  private StubbornServer(Map<String, Integer> statuses, Set<String> misled) throws IOException {
    this.statuses = statuses;
    this.misled.addAll(misled);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** Answers these verbs with these statuses, and all others well. */
  public static StubbornServer answering(Map<String, Integer> statuses) throws IOException {
    return new StubbornServer(statuses, Set.of());
  }

  /** Lets a proxy answer the first request with each of these verbs, with 200 and a page. */
  public static StubbornServer behindAProxy(Set<String> verbs) throws IOException {
    return new StubbornServer(Map.of(), verbs);
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Waits for the next request with this last word. */
  public Asked await(String verb, Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Asked next = asked.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(next).as("the worker asks for /" + verb).isNotNull();
      if (next.path().endsWith("/" + verb)) {
        return next;
      }
    }
  }

  /** Waits until it was asked for so many beats, counted from the last that were waited for. */
  public void awaitBeats(int n, Duration most) throws InterruptedException {
    assertThat(beats.tryAcquire(n, most.toMillis(), TimeUnit.MILLISECONDS))
        .as("the worker beats %s times", n)
        .isTrue();
  }

  /** The next claim is one that comes from now on. */
  public void forget() {
    asked.clear();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String verb = path.substring(path.lastIndexOf('/') + 1);
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (verb.equals("beat")) {
      beats.release();
    } else {
      String header = exchange.getRequestHeaders().getFirst("authorization");
      asked.add(new Asked(path, body, header == null ? "" : header));
    }
    String answer = misled.remove(verb) ? "<html>Come again.</html>" : told(verb);
    byte[] told = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(statuses.getOrDefault(verb, 200), told.length);
    exchange.getResponseBody().write(told);
    exchange.close();
  }

  private String told(String verb) {
    return switch (verb) {
      case "workers" ->
          "{\"worker\":\"w\",\"url\":\"" + WORKER + "\",\"lease_ms\":20000,\"beat_ms\":5000}";
      case "beat" -> "{\"stop\":[],\"full\":true}";
      case "claim" -> given.getAndSet(true) ? nothing() : "{\"jobs\":[" + job() + "]}";
      case "finish", "fail" -> "{\"state\":\"failed\"}";
      default -> "{}";
    };
  }

  private static String job() {
    return """
    {"job":1,"run":1,"attempt":1,"attempts_max":5,"queue":"q","kind":"count",
     "payload":{"to":1},"deadline_ms":60000,"attempt_ms":60000,"url":"%s"}
    """
        .formatted(RUN);
  }

  private String nothing() {
    try {
      closed.await(CLAIM_WAITS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return "{\"jobs\":[]}";
  }

  /** Nobody is there any more. */
  public void stop() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Override
  public void close() {
    stop();
  }
}
