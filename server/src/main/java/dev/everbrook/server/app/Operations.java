package dev.everbrook.server.app;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a load balancer and a monitor ask. Safe for use by many threads. */
final class Operations {

  private final Engine engine;
  private final PrometheusMeterRegistry metrics;
  private final AtomicBoolean stopping;

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

  private Reply ready(Request request) {
    if (stopping.get()) {
      return Reply.failure(503, "The server is stopping.");
    }
    try {
      engine.database().list("SELECT 1", row -> true);
      return Reply.json(200, Map.of("status", "ready"));
    } catch (StoreFailure _) {
      return Reply.failure(503, "The database cannot be reached.");
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
