package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.RetryPolicy;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** A job as JSON; an absent value is null. */
final class JobJson {

  private JobJson() {}

  static ObjectNode of(JobView job) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("id", job.id())
        .put("queue", job.queue())
        .put("kind", job.kind())
        .put("lane", job.lane())
        .put("priority", job.priority())
        .put("state", job.state().column())
        .put("attempt", job.attempt())
        .put("run", job.run())
        .put("tokens", job.tokens())
        .put("cancelled", job.cancelled())
        .put("error", text(job.error()))
        .put("principal", text(job.principal()))
        .put("trace", text(job.trace()));
    job.retry()
        .ifPresentOrElse(policy -> json.set("retry", of(policy)), () -> json.putNull("retry"));
    JobView.Times times = job.times();
    json.put("created_at", times.created().toString())
        .put("retried_at", time(times.retried()))
        .put("run_at", time(times.runAt()))
        .put("deadline_at", times.deadline().toString())
        .put("finished_at", time(times.finished()));
    job.owner()
        .ifPresentOrElse(
            owner -> json.putObject("node").put("id", owner.node()).put("name", owner.name()),
            () -> json.putNull("node"));
    if (job.family().parent().isPresent()) {
      json.put("parent", job.family().parent().getAsLong());
    } else {
      json.putNull("parent");
    }
    return json.put("children", job.family().children()).put("pending", job.family().pending());
  }

  /** A job's own policy, as it is enqueued with it. */
  private static ObjectNode of(RetryPolicy policy) {
    return JsonMapper.shared()
        .createObjectNode()
        .put("attempts_max", policy.attemptsMax())
        .put("backoff_ms", policy.first().toMillis())
        .put("backoff_max_ms", policy.most().toMillis())
        .put("attempt_ms", policy.attemptTime().toMillis());
  }

  static ObjectNode of(JobView.Detail detail) {
    ObjectNode json = of(detail.job());
    raw(json, "payload", detail.payload());
    raw(json, "result", detail.result());
    return json;
  }

  /** Writes text that is known to be JSON without parsing it. */
  static void raw(ObjectNode json, String member, String text) {
    if (text.isEmpty()) {
      json.putNull(member);
    } else {
      json.putRawValue(member, new RawValue(text));
    }
  }

  static @Nullable String time(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(null);
  }

  private static @Nullable String text(String text) {
    return text.isEmpty() ? null : text;
  }
}
