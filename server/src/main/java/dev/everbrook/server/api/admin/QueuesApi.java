package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.QueueCounts;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.QueueView;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Queues: what they hold, and what they may do. Safe for use by many threads. */
final class QueuesApi {

  private static final int PAGE = 100;

  private final Jobs jobs;
  private final Queues queues;

  QueuesApi(Jobs jobs) {
    this.jobs = jobs;
    this.queues = jobs.queues();
  }

  void on(Routes routes) {
    routes.on("GET", "/v1/queues", this::list);
    routes.on("GET", "/v1/queues/:queue", request -> found(Asked.name(request, "queue")));
    routes.on("PATCH", "/v1/queues/:queue", this::change);
    routes.on("POST", "/v1/queues/:queue/drain", this::drain);
  }

  private Reply list(Request request) {
    Asked.onlyParameters(request, "after", "limit");
    int most = (int) Asked.number(request, "limit", PAGE, 1, Queues.PAGE_MAX);
    List<QueueView> found = queues.list(request.parameter("after").orElse(""), most);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode listed = json.putArray("queues");
    found.forEach(queue -> listed.add(json(queue)));
    return Reply.json(200, json.put("next", found.size() < most ? null : found.getLast().name()));
  }

  private Reply found(String queue) {
    return queues
        .find(queue)
        .map(view -> Reply.json(200, json(view)))
        .orElseThrow(() ->
            HttpFailure.notFound("No queue of this name ever had a job, or was told anything."));
  }

  /** What is not said stays as it is. */
  private Reply change(Request request) throws InterruptedException {
    String queue = Asked.name(request, "queue");
    ObjectNode body = Asked.body(request, "paused", "limits");
    JsonNode paused = body.path("paused");
    if (!paused.isMissingNode() && !paused.isBoolean()) {
      throw HttpFailure.badRequest("paused must be true or false.");
    }
    if (body.has("limits")) {
      QueueLimits limits = limits(body);
      Asked.checked(() -> {
        queues.limit(queue, limits);
        return true;
      });
    }
    if (paused.isBoolean()) {
      Asked.checked(() -> {
        if (paused.booleanValue()) {
          queues.pause(queue);
        } else {
          queues.resume(queue);
        }
        return true;
      });
    }
    return Asked.changed(() -> found(queue), request.url());
  }

  private static QueueLimits limits(ObjectNode body) {
    return Asked.object(body, "limits", "at_once", "per_second", "burst")
        .map(said -> Asked.checked(() -> new QueueLimits(Limits.atOnce(said), Limits.rate(said))))
        .orElse(QueueLimits.NONE);
  }

  private Reply drain(Request request) {
    Asked.body(request);
    String queue = Asked.name(request, "queue");
    return JobsApi.begun(Asked.checked(() -> jobs.control().drain(queue)));
  }

  private static ObjectNode json(QueueView queue) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("name", queue.name()).put("paused", queue.paused());
    Limits.write(json.putObject("limits"), queue.limits().atOnce(), queue.limits().rate());
    QueueCounts counts = queue.counts();
    json.putObject("jobs")
        .put("ready", counts.ready())
        .put("delayed", counts.delayed())
        .put("blocked", counts.blocked())
        .put("running", counts.running());
    json.putObject("ended")
        .put("done", counts.done())
        .put("failed", counts.failed())
        .put("cancelled", counts.cancelled());
    return json;
  }
}
