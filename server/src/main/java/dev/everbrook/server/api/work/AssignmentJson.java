package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Assignment;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** A job as its worker gets it. */
final class AssignmentJson {

  private AssignmentJson() {}

  static ObjectNode json(UUID worker, Assignment job) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("job", job.job())
        .put("run", job.run())
        .put("attempt", job.attempt())
        .put("attempts_max", job.attemptsMax())
        .put("queue", job.queue())
        .put("kind", job.kind());
    if (!job.lane().isEmpty()) {
      json.put("lane", job.lane());
    }
    json.putRawValue("payload", new RawValue(job.payload()));
    json.put("deadline_ms", job.left().toMillis());
    json.put("attempt_ms", Math.min(job.attemptTime().toMillis(), job.left().toMillis()));
    if (!job.trace().isEmpty()) {
      json.put("traceparent", job.trace());
    }
    json.put("url", WorkPaths.WORKERS + "/" + worker + "/jobs/" + job.job() + "/runs/" + job.run());
    return json;
  }
}
