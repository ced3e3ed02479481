package dev.everbrook.server.app;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.Health;
import dev.everbrook.engine.store.DatabaseWait;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.server.http.DatabaseFailures;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes for load balancers and monitors. Safe for use by many threads. */
final class OperationsApi {

  private static final Logger log = LoggerFactory.getLogger(OperationsApi.class);
  private static final Duration LOOK_MAX = Duration.ofSeconds(2);
  private static final Duration PULSE_MAX = Duration.ofSeconds(1);

  private final Engine engine;
  private final PrometheusMeterRegistry metrics;
  private final AtomicBoolean stopping;
  private CompletableFuture<Optional<String>> looking =
      CompletableFuture.completedFuture(Optional.empty());

  OperationsApi(Engine engine, PrometheusMeterRegistry metrics, AtomicBoolean stopping) {
    this.engine = engine;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  void on(Routes routes) {
    routes.vital("/healthz", _ -> Reply.json(200, Map.of("status", "ok")));
    routes.vital("/readyz", this::ready);
    routes.vital("/pulse", this::pulse);
    routes.vital("/metrics", this::metrics);
  }

  /**
   * For pages, which ask every second and must know within three seconds whether the server works.
   * The status is always 200, since browsers report any other status to the console as an error.
   */
  private Reply pulse(Request request) throws InterruptedException {
    return ofDatabase(PULSE_MAX)
        .map(why -> Reply.json(200, Map.of("works", false, "message", why)))
        .orElseGet(() -> Reply.json(200, Map.of("works", true)));
  }

  private Reply ready(Request request) throws InterruptedException {
    if (stopping.get()) {
      return Reply.failure(503, "The server is stopping.");
    }
    return ready(engine.health(), ofDatabase(LOOK_MAX));
  }

  /**
   * Whether the process can work.
   *
   * @param database the reason why the database cannot be used, if any
   */
  static Reply ready(Health health, Optional<String> database) {
    if (!health.beyondHelp().isEmpty()) {
      return Reply.failure(
          503,
          "This process must be restarted: parts of it have stopped working: "
              + health.beyondHelp().stream().map(LoopHealth::name).collect(Collectors.joining(", "))
              + ". The reason is in its log.");
    }
    if (database.isPresent()) {
      return Reply.failure(503, database.get());
    }
    return health.failing().isEmpty()
        ? Reply.json(200, Map.of("status", "ready"))
        : Reply.json(
            200,
            Map.of(
                "status",
                "ready",
                "failing",
                health.failing().stream().map(OperationsApi::shown).toList()));
  }

  private static Map<String, Object> shown(LoopHealth loop) {
    return Map.of(
        "loop", loop.name(), "failures", loop.failures(), "seconds", loop.failingFor().toSeconds());
  }

  /** The reason why the database cannot be used, if any, within a monitor's timeout. */
  private Optional<String> ofDatabase(Duration most) throws InterruptedException {
    long served = DatabaseWait.tally().served();
    try {
      return look().get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      // If the database serves other requests, only the connections are all in use.
      return DatabaseWait.tally().served() > served
          ? Optional.empty()
          : Optional.of("The database does not answer at the moment.");
    } catch (ExecutionException e) {
      log.warn("the state of the database is not known", e.getCause());
      return Optional.of("The state of the database is not known; the reason is in the log.");
    }
  }

  /** The current look; one at a time for any number of requests. */
  private synchronized CompletableFuture<Optional<String>> look() {
    if (looking.isDone()) {
      looking =
          CompletableFuture.supplyAsync(
              this::use, look -> Thread.ofVirtual().name("readiness").start(look));
    }
    return looking;
  }

  private Optional<String> use() {
    try {
      return engine
          .database()
          .refusesWrites()
          .map(why -> "Nothing can be stored at the moment: " + why + ".");
    } catch (StoreFailure e) {
      return Optional.of(DatabaseFailures.words(e).orElse("The database does not work."));
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
