package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Retry policies as the database keeps them: JSON objects with times in milliseconds. */
public final class PolicyJson {

  private static final JsonMapper JSON = JsonMapper.shared();

  private PolicyJson() {}

  public static ObjectNode write(RetryPolicy policy) {
    return JSON.createObjectNode()
        .put("attempts", policy.attemptsMax())
        .put("first", policy.first().toMillis())
        .put("most", policy.most().toMillis())
        .put("time", policy.attemptTime().toMillis());
  }

  /** The JSON text of a job's own policy; empty if its kind's is valid. */
  public static String text(Optional<RetryPolicy> policy) {
    return policy.map(it -> write(it).toString()).orElse("");
  }

  public static RetryPolicy read(JsonNode json) {
    return new RetryPolicy(
        json.path("attempts").asInt(),
        Duration.ofMillis(json.path("first").asLong()),
        Duration.ofMillis(json.path("most").asLong()),
        Duration.ofMillis(json.path("time").asLong()));
  }

  /** A job's own policy; nothing for the empty text. */
  public static Optional<RetryPolicy> read(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(read(JSON.readTree(text)));
  }
}
