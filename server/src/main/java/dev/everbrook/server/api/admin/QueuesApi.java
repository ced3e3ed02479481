package dev.everbrook.server.api.admin;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.QueueView;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
import dev.everbrook.server.http.Routes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Queues: their counts, pauses and limits. Safe for use by many threads. */
final class QueuesApi {

  private static final Set<String> OWN = Set.of(Answers.QUEUE, JobControl.QUEUE);

  private static final int PAGE = 100;

  private final Jobs jobs;
  private final Queues queues;

  QueuesApi(Jobs jobs) {
    this.jobs = jobs;
    this.queues = jobs.queues();
  }

  void on(Routes routes) {
    routes.on("GET", "/v1/queues", this::list);
    routes.on("GET", "/v1/queues/:queue", request -> found(request.part("queue"), 200));
    routes.on("PUT", "/v1/queues/:queue", this::put);
    routes.on("PATCH", "/v1/queues/:queue", this::change);
    routes.on("POST", "/v1/queues/:queue/drain", this::drain);
  }

  private Reply list(Request request) {
    RequestParameters.only(request, "after", "limit");
    int most = (int) RequestParameters.whole(request, "limit", PAGE, 1, Queues.PAGE_MAX);
    List<QueueView> found = queues.list(request.parameter("after").orElse(""), most);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode listed = json.putArray("queues");
    found.forEach(queue -> listed.add(json(queue)));
    return Reply.json(200, json.put("next", found.size() < most ? null : found.getLast().name()));
  }

  private Reply found(String queue, int status) {
    return find(queues, queue)
        .map(view -> Reply.json(status, json(view)))
        .orElseThrow(() -> unknown(queue));
  }

  /** Refuses a queue that has had no job and was not created: its name may be mistyped. */
  static String known(Request request, Queues queues) {
    String queue = request.part("queue");
    if (find(queues, queue).isEmpty()) {
      throw unknown(queue);
    }
    return queue;
  }

  /** Finds a queue; the queues of the server's own jobs exist before their first job. */
  private static Optional<QueueView> find(Queues queues, String queue) {
    return queues
        .find(queue)
        .or(() -> OWN.contains(queue) ? Optional.of(QueueView.unused(queue)) : Optional.empty());
  }

  private static HttpFailure unknown(String queue) {
    return HttpFailure.notFound(
        "There is no queue '"
            + Excerpt.of(queue)
            + "'. It exists from its first job on, or once PUT /v1/queues/{queue} has created"
            + " it.");
  }

  /** Creates or replaces a queue: absent fields get their defaults. */
  private Reply put(Request request) throws InterruptedException {
    String queue = request.part("queue");
    JsonBody body = body(request);
    boolean paused = body.is("paused");
    QueueLimits limits = limits(body);
    int status = find(queues, queue).isPresent() ? 200 : 201;
    if (paused) { // before its limits, so that no job begins in between
      HttpFailure.check(() -> queues.pause(queue));
    }
    HttpFailure.check(() -> queues.limit(queue, limits));
    if (!paused) {
      HttpFailure.check(() -> queues.resume(queue));
    }
    return AfterCommit.show(() -> found(queue, status), request.url());
  }

  /** Changes a queue: absent fields keep their values. */
  private Reply change(Request request) throws InterruptedException {
    JsonBody body = body(request);
    Optional<Boolean> paused = body.flag("paused");
    QueueLimits limits = limits(body);
    String queue = known(request, queues);
    if (body.json().has("limits")) {
      HttpFailure.check(() -> queues.limit(queue, limits));
    }
    paused.ifPresent(it -> HttpFailure.check(() -> pause(queue, it)));
    return AfterCommit.show(() -> found(queue, 200), request.url());
  }

  private static JsonBody body(Request request) {
    return JsonBody.orEmpty(request).only("paused", "limits");
  }

  private void pause(String queue, boolean paused) {
    if (paused) {
      queues.pause(queue);
    } else {
      queues.resume(queue);
    }
  }

  private static QueueLimits limits(JsonBody body) {
    return body.object("limits")
        .map(it -> it.only("at_once", "per_second", "burst"))
        .map(said ->
            HttpFailure.checked(
                () -> new QueueLimits(LimitsJson.atOnce(said), LimitsJson.rate(said))))
        .orElse(QueueLimits.NONE);
  }

  private Reply drain(Request request) {
    JsonBody.orEmpty(request).only();
    String queue = known(request, queues);
    return JobsApi.begun(HttpFailure.checked(() -> jobs.control().drain(queue)));
  }

  private static ObjectNode json(QueueView queue) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("name", queue.name()).put("paused", queue.paused());
    LimitsJson.write(json.putObject("limits"), queue.limits().atOnce(), queue.limits().rate());
    QueueView.Counts counts = queue.counts();
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
