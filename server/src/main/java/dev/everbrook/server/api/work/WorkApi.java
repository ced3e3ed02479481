package dev.everbrook.server.api.work;

import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Database;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
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
 * Workers in other processes: they register, renew their lease and claim jobs. Their reports on a
 * job go to {@link ReportsApi}, their reads of its children to {@link ChildrenApi}. Safe for use by
 * many threads.
 */
public final class WorkApi {

  /** Holds a payload of a megabyte and the rest of its request. */
  static final int BODY_BYTES_MAX = 4 << 20;

  /**
   * How many claims and beats wait at once; each holds one of the edge's slots for requests. A
   * further claim is refused; a further beat is answered without a wait.
   */
  private static final int WAITING_MAX = 2_500;

  private static final Duration LEASE = Duration.ofSeconds(20);

  /** The beats per lease, so that two lost beats do not cost the lease. */
  private static final int BEATS_A_LEASE = 4;

  private final Gate gate;
  private final RemoteWorkers remoteWorkers;
  private final ReportsApi reports;
  private final ChildrenApi children;
  private final EnqueueApi enqueueing;
  private final Semaphore waiting;

  public WorkApi(Database database, Jobs jobs, Channels channels, Gate gate) {
    this(database, jobs, channels, gate, WAITING_MAX);
  }

  /** With another bound on waiting claims and beats. */
  WorkApi(Database database, Jobs jobs, Channels channels, Gate gate, int waitingMax) {
    this.gate = gate;
    this.waiting = new Semaphore(waitingMax);
    this.remoteWorkers = jobs.remoteWorkers();
    this.reports = new ReportsApi(remoteWorkers, new RemoteJournals(channels));
    this.children = new ChildrenApi(remoteWorkers);
    this.enqueueing = new EnqueueApi(database, jobs);
  }

  public void on(Routes routes) {
    routes.area(WorkPaths.PREFIX, BODY_BYTES_MAX, WorkError::reply);
    Routes guarded = routes.behind(gate, WorkError::reply);
    guarded
        .post(WorkPaths.WORKERS, this::register)
        .delete(WorkPaths.WORKER, this::leave)
        .post(WorkPaths.WORKER + "/beat", this::beat)
        .post(WorkPaths.WORKER + "/claim", this::claim);
    reports.on(guarded);
    children.on(guarded);
    enqueueing.on(guarded);
  }

  private Reply register(Request request) {
    JsonBody body = JsonBody.orEmpty(request);
    String name = body.needed("name");
    Duration lease =
        body.millis("lease_ms", RemoteWorkers.LEASE_MIN, RemoteWorkers.LEASE_MAX).orElse(LEASE);
    Map<String, RetryPolicy> kinds = kinds(body);
    UUID worker = register(request, name, lease, kinds);
    return Reply.json(
        201,
        Map.of(
            "worker",
            worker.toString(),
            "url",
            WorkPaths.WORKERS + "/" + worker,
            "lease_ms",
            lease.toMillis(),
            "beat_ms",
            lease.toMillis() / BEATS_A_LEASE));
  }

  private UUID register(
      Request request, String name, Duration lease, Map<String, RetryPolicy> kinds) {
    try {
      return remoteWorkers
          .register(request.principal(), name, lease, kinds)
          .orElseThrow(() ->
              new HttpFailure(
                  503,
                  "The highest number of workers is registered; try again when one has left."));
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }

  private static Map<String, RetryPolicy> kinds(JsonBody body) {
    JsonBody named =
        body.object("kinds")
            .orElseThrow(
                () -> body.missing("kinds", ", such as {\"resize\": {\"attempts_max\": 5}}"));
    Map<String, RetryPolicy> kinds = new HashMap<>();
    for (String kind : named.json().propertyNames()) {
      kinds.put(kind, RetryPolicies.read(named.object(kind).orElse(JsonBody.of(EMPTY, kind))));
    }
    return kinds;
  }

  private static final ObjectNode EMPTY = JsonMapper.shared().createObjectNode();

  private Reply leave(Request request) {
    if (!remoteWorkers.leave(request.principal(), request.id("worker"))) {
      throw WorkError.unknownWorker();
    }
    return Reply.empty(204);
  }

  /** Renews the lease, even without a free slot to wait in. */
  private Reply beat(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    Set<Long> told = new HashSet<>(body.ids("told", ClaimRequest.HOLDING_MAX).orElse(List.of()));
    Duration patience = patience(body);
    UUID worker = request.id("worker");
    boolean waits = patience.isPositive() && waiting.tryAcquire();
    try {
      List<RemoteWorkers.StopRequest> stops =
          remoteWorkers
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

  private static Duration patience(JsonBody body) {
    return body.millis("wait_ms", Duration.ZERO, ClaimRequest.WAIT_MAX).orElse(Duration.ZERO);
  }

  private static Map<String, Object> stop(RemoteWorkers.StopRequest order) {
    return Map.of(
        "job",
        order.job(),
        "run",
        order.run(),
        "reason",
        order.reason().name().toLowerCase(Locale.ROOT));
  }

  private Reply claim(Request request) throws InterruptedException {
    ClaimRequest wish = wish(JsonBody.orEmpty(request));
    UUID worker = request.id("worker");
    boolean waits = wish.patience().isPositive();
    if (waits && !waiting.tryAcquire()) {
      throw new HttpFailure(503, "Too many workers wait for jobs here; try again in a second.");
    }
    try {
      List<Assignment> jobs =
          remoteWorkers
              .claim(request.principal(), worker, wish, request::isGone)
              .orElseThrow(WorkError::unknownWorker);
      return Reply.json(
          200, Map.of("jobs", jobs.stream().map(it -> AssignmentJson.json(worker, it)).toList()));
    } catch (IllegalArgumentException e) { // kinds that the worker did not register
      throw HttpFailure.badRequest(e);
    } finally {
      if (waits) {
        waiting.release();
      }
    }
  }

  private static ClaimRequest wish(JsonBody body) {
    Set<String> kinds = new HashSet<>(body.texts("kinds", RemoteWorkers.KINDS_MAX));
    Set<Long> holding =
        new HashSet<>(
            body.ids("holding", ClaimRequest.HOLDING_MAX)
                .orElseThrow(() ->
                    body.missing(
                        "holding", ": the ids of the jobs that this worker holds, [] for none")));
    String queue = body.needed("queue");
    int most = body.whole("most", 1, ClaimRequest.MOST_MAX, 1);
    Duration patience = patience(body);
    try {
      return new ClaimRequest(queue, kinds, most, patience, holding);
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }
}
