package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.StopOrder;
import dev.everbrook.engine.job.WorkWish;
import dev.everbrook.engine.job.Workforce;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.stream.Channels;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What workers in other processes ask: to be known, to have their lease renewed, to be given jobs.
 * What they tell of a job is for {@link Reports}, what they read of its {@link Children}. Safe for
 * use by many threads.
 */
public final class WorkApi {

  static final String PREFIX = "/v1/work/";
  static final String WORKER = PREFIX + "workers/:worker";

  /** A payload of a megabyte, and what stands around it. */
  static final int BODY_BYTES_MAX = 4 << 20;

  /**
   * How many claims and beats wait at once; each holds one of the edge's places for requests. One
   * more claim is refused; one more beat is answered without having waited.
   */
  private static final int WAITING_MAX = 2_500;

  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final Duration ATTEMPT_MAX = Duration.ofDays(365);
  private static final Duration BACKOFF_MAX = Duration.ofDays(1);
  private static final int ATTEMPTS_MAX = 1_000;

  /** A beat that is lost, and another, must not cost the lease. */
  private static final int BEATS_A_LEASE = 4;

  private final Gate gate;
  private final Workforce workforce;
  private final Reports reports;
  private final Children children;
  private final Enqueueing enqueueing;
  private final Semaphore waiting;

  public WorkApi(Database database, Jobs jobs, Channels channels, Gate gate) {
    this(database, jobs, channels, gate, WAITING_MAX);
  }

  /** With other room for those who wait. */
  WorkApi(Database database, Jobs jobs, Channels channels, Gate gate, int waitingMax) {
    this.gate = gate;
    this.waiting = new Semaphore(waitingMax);
    this.workforce = jobs.workforce();
    this.reports = new Reports(workforce, new JobStreams(channels));
    this.children = new Children(workforce);
    this.enqueueing = new Enqueueing(database, jobs);
  }

  public void on(Routes routes) {
    routes.area(PREFIX, BODY_BYTES_MAX, WorkError::reply);
    Routes guarded = routes.behind(gate, WorkError::reply);
    guarded
        .post(PREFIX + "workers", this::register)
        .delete(WORKER, this::leave)
        .post(WORKER + "/beat", this::beat)
        .post(WORKER + "/claim", this::claim);
    reports.on(guarded);
    children.on(guarded);
    enqueueing.on(guarded);
  }

  private Reply register(Request request) {
    Body body = Body.of(request);
    String name = body.needed("name");
    Duration lease = body.time("lease_ms", Workforce.LEASE_MIN, Workforce.LEASE_MAX).orElse(LEASE);
    Map<String, RetryPolicy> kinds = kinds(body);
    UUID worker = register(request, name, lease, kinds);
    return Reply.json(
        201,
        Map.of(
            "worker",
            worker.toString(),
            "url",
            PREFIX + "workers/" + worker,
            "lease_ms",
            lease.toMillis(),
            "beat_ms",
            lease.toMillis() / BEATS_A_LEASE));
  }

  private UUID register(
      Request request, String name, Duration lease, Map<String, RetryPolicy> kinds) {
    try {
      return workforce
          .register(request.principal(), name, lease, kinds)
          .orElseThrow(() ->
              new HttpFailure(503, "There are too many workers; some must leave or be forgotten."));
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }

  private static Map<String, RetryPolicy> kinds(Body body) {
    Body named =
        body.object("kinds")
            .orElseThrow(() ->
                HttpFailure.badRequest(
                    "kinds must be given, such as {\"resize\": {\"attempts_max\": 5}}."));
    Map<String, RetryPolicy> kinds = new HashMap<>();
    for (String kind : named.json().propertyNames()) {
      kinds.put(kind, policy(named.object(kind).orElse(Body.object(EMPTY, kind))));
    }
    return kinds;
  }

  private static final ObjectNode EMPTY = JsonMapper.shared().createObjectNode();

  private static RetryPolicy policy(Body body) {
    RetryPolicy normal = RetryPolicy.DEFAULT;
    Duration first = body.time("backoff_ms", Duration.ZERO, BACKOFF_MAX).orElse(normal.first());
    Duration most =
        body.time("backoff_max_ms", first, BACKOFF_MAX)
            .orElse(first.compareTo(normal.most()) > 0 ? first : normal.most());
    return new RetryPolicy(
        body.number("attempts_max", 1, ATTEMPTS_MAX, normal.attemptsMax()),
        first,
        most,
        body.time("attempt_ms", Duration.ofMillis(1), ATTEMPT_MAX).orElse(normal.attemptTime()));
  }

  private Reply leave(Request request) {
    if (!workforce.leave(request.principal(), request.id("worker"))) {
      throw WorkError.unknownWorker();
    }
    return Reply.empty(204);
  }

  /** Who finds no place to wait has its lease renewed all the same. */
  private Reply beat(Request request) throws InterruptedException {
    Body body = Body.of(request);
    Set<Long> told = new HashSet<>(body.ids("told", WorkWish.HOLDING_MAX).orElse(List.of()));
    Duration patience = patience(body);
    UUID worker = request.id("worker");
    boolean waits = patience.isPositive() && waiting.tryAcquire();
    try {
      List<StopOrder> stops =
          workforce
              .beat(
                  request.principal(),
                  worker,
                  told,
                  waits ? patience : Duration.ZERO,
                  request::isGone)
              .orElseThrow(WorkError::unknownWorker);
      return Reply.json(
          200,
          Map.of(
              "stop",
              stops.stream().map(WorkApi::stop).toList(),
              "full",
              patience.isPositive() && !waits));
    } finally {
      if (waits) {
        waiting.release();
      }
    }
  }

  private static Duration patience(Body body) {
    return body.time("wait_ms", Duration.ZERO, WorkWish.WAIT_MAX).orElse(Duration.ZERO);
  }

  private static Map<String, Object> stop(StopOrder order) {
    return Map.of(
        "job",
        order.job(),
        "run",
        order.run(),
        "reason",
        order.reason().name().toLowerCase(Locale.ROOT));
  }

  private Reply claim(Request request) throws InterruptedException {
    WorkWish wish = wish(Body.of(request));
    UUID worker = request.id("worker");
    boolean waits = wish.patience().isPositive();
    if (waits && !waiting.tryAcquire()) {
      throw new HttpFailure(503, "Too many workers wait here; ask again in a second.");
    }
    try {
      List<Assignment> jobs =
          workforce
              .claim(request.principal(), worker, wish, request::isGone)
              .orElseThrow(WorkError::unknownWorker);
      return Reply.json(
          200, Map.of("jobs", jobs.stream().map(it -> Assigned.json(worker, it)).toList()));
    } catch (IllegalArgumentException e) { // kinds that it did not register
      throw HttpFailure.badRequest(e);
    } finally {
      if (waits) {
        waiting.release();
      }
    }
  }

  private static WorkWish wish(Body body) {
    Set<String> kinds = new HashSet<>(body.texts("kinds", Workforce.KINDS_MAX));
    Set<Long> holding =
        new HashSet<>(
            body.ids("holding", WorkWish.HOLDING_MAX)
                .orElseThrow(() ->
                    HttpFailure.badRequest(
                        "holding must be given: the ids of the jobs you have, [] for none.")));
    String queue = body.needed("queue");
    int most = body.number("most", 1, WorkWish.MOST_MAX, 1);
    Duration patience = patience(body);
    try {
      return new WorkWish(queue, kinds, most, patience, holding);
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }
}
