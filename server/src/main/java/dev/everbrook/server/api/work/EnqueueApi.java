package dev.everbrook.server.api.work;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Enqueues jobs for programs in other languages, one or many in one transaction. */
final class EnqueueApi {

  private static final int JOBS_MAX = 1_000;

  /** Queues for the server's own jobs only. */
  private static final Set<String> OWN_QUEUES = Set.of(JobControl.QUEUE, Answers.QUEUE);

  private static final int PRIORITY_MAX = 1_000_000;
  private static final int TOKENS_MAX = 1_000_000_000;
  private static final Duration DELAY_MAX = Duration.ofDays(365);
  private static final Duration DEADLINE_MAX = Duration.ofDays(366);

  private final Database database;
  private final Jobs jobs;

  EnqueueApi(Database database, Jobs jobs) {
    this.database = database;
    this.jobs = jobs;
  }

  void on(Routes routes) {
    routes.post(WorkPaths.PREFIX + "queues/:queue/jobs", this::enqueue);
  }

  private Reply enqueue(Request request) {
    JsonNode value = JsonBody.valueOrEmpty(request);
    if (!value.isArray()) {
      return Reply.json(
          201, told(enqueue(request, List.of(job(request, JsonBody.of(value, "")))).getFirst()));
    }
    if (value.isEmpty() || value.size() > JOBS_MAX) {
      throw HttpFailure.badRequest("An array must have 1 to " + JOBS_MAX + " jobs.");
    }
    List<NewJob> asked = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      asked.add(job(request, JsonBody.of(value.path(i), "[" + i + "]")));
    }
    return Reply.json(
        201, Map.of("jobs", enqueue(request, asked).stream().map(EnqueueApi::told).toList()));
  }

  private List<Enqueued> enqueue(Request request, List<NewJob> asked) {
    try (Scope _ = Traceparent.of(request).makeCurrent()) {
      return database.tx(tx ->
          asked.size() == 1 ? List.of(jobs.offer(tx, asked.getFirst())) : jobs.offerAll(tx, asked));
    }
  }

  private static Map<String, Object> told(Enqueued enqueued) {
    return Map.of("job", enqueued.job(), "fate", enqueued.fate().name().toLowerCase(Locale.ROOT));
  }

  private NewJob job(Request request, JsonBody body) {
    String queue = request.part("queue");
    String kind = body.needed("kind");
    if (OWN_QUEUES.contains(queue)) {
      throw HttpFailure.badRequest(
          "The queue '" + queue + "' belongs to the server; choose another.");
    }
    try {
      jobs.remoteWorkers().refuseOwn(kind);
      NewJob job =
          NewJob.of(queue, kind, body.jsonText("payload").orElse("{}"))
              .owner(request.principal())
              .after(body.millis("delay_ms", Duration.ZERO, DELAY_MAX).orElse(Duration.ZERO))
              .priority(body.whole("priority", -PRIORITY_MAX, PRIORITY_MAX, 0))
              .lane(body.text("lane").orElse(""))
              .tokens(body.whole("tokens", 0, TOKENS_MAX, 0));
      Optional<Duration> deadline = body.millis("deadline_ms", Duration.ofMillis(1), DEADLINE_MAX);
      NewJob timely = job.within(deadline.orElse(job.deadline()));
      NewJob retried =
          body.object("retry").map(it -> timely.retry(RetryPolicies.read(it))).orElse(timely);
      return body.object("dedupe").map(it -> retried.dedupe(dedupe(it))).orElse(retried);
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }

  private static Dedupe dedupe(JsonBody body) {
    String key = body.needed("key");
    String how = body.text("how").orElse("reject");
    return switch (how) {
      case "reject" -> Dedupe.reject(key);
      case "replace" -> Dedupe.replace(key);
      case "keep_last" -> Dedupe.keepLast(key);
      case "debounce" ->
          Dedupe.debounce(
              key,
              body.millis("most_ms", Duration.ofMillis(1), DELAY_MAX)
                  .orElseThrow(() -> body.missing("most_ms", " to debounce")));
      default ->
          throw HttpFailure.badRequest(
              "dedupe.how must be reject, replace, debounce or keep_last, was '"
                  + Excerpt.of(how)
                  + "'.");
    };
  }
}
