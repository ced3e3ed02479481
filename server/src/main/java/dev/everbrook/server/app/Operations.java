package dev.everbrook.server.app;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.Health;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a load balancer and a monitor ask. Safe for use by many threads. */
final class Operations {

  private static final Logger log = LoggerFactory.getLogger(Operations.class);
  private static final Duration LOOK_MAX = Duration.ofSeconds(2);

  private final Engine engine;
  private final PrometheusMeterRegistry metrics;
  private final AtomicBoolean stopping;
  private CompletableFuture<Boolean> looking = CompletableFuture.completedFuture(true);

  Operations(Engine engine, PrometheusMeterRegistry metrics, AtomicBoolean stopping) {
    this.engine = engine;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  void on(Routes routes) {
    routes.get("/healthz", _ -> Reply.json(200, Map.of("status", "ok")));
    routes.get("/readyz", this::ready);
    routes.get("/metrics", this::metrics);
  }

  private Reply ready(Request request) throws InterruptedException {
    if (stopping.get()) {
      return Reply.failure(503, "The server is stopping.");
    }
    return ready(engine.health(), databaseAnswers());
  }

  static Reply ready(Health health, boolean databaseAnswers) {
    if (!health.beyondHelp().isEmpty()) {
      return Reply.failure(
          503,
          "This process has to be started again, since parts of it have stopped working: "
              + health.beyondHelp().stream().map(LoopHealth::name).collect(Collectors.joining(", "))
              + ". Its log says why.");
    }
    if (!databaseAnswers) {
      return Reply.failure(503, "The database cannot be reached.");
    }
    return health.failing().isEmpty()
        ? Reply.json(200, Map.of("status", "ready"))
        : Reply.json(
            200,
            Map.of(
                "status",
                "ready",
                "failing",
                health.failing().stream().map(Operations::shown).toList()));
  }

  private static Map<String, Object> shown(LoopHealth loop) {
    return Map.of(
        "loop", loop.name(), "failures", loop.failures(), "seconds", loop.failingFor().toSeconds());
  }

  /** Sooner than whoever asks gives up, which the driver is not. */
  private boolean databaseAnswers() throws InterruptedException {
    try {
      return look().get(LOOK_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      log.warn("whether the database answers could not be found out", e.getCause());
      return false;
    }
  }

  /** One look at a time, however many ask. */
  private synchronized CompletableFuture<Boolean> look() {
    if (looking.isDone()) {
      looking =
          CompletableFuture.supplyAsync(
              this::canSelect, look -> Thread.ofVirtual().name("readiness").start(look));
    }
    return looking;
  }

  private boolean canSelect() {
    try {
      engine.database().list("SELECT 1", row -> true);
      return true;
    } catch (StoreFailure _) {
      return false;
    }
  }

  private Reply metrics(Request request) {
    return new Reply.Body(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.scrape().getBytes(StandardCharsets.UTF_8),
        Map.of());
  }
}
