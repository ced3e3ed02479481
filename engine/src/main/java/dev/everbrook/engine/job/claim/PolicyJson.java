package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.text.OneLine;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Retry policies in the form of the database: JSON objects with times in milliseconds. */
public final class PolicyJson {

  private static final Logger log = LoggerFactory.getLogger(PolicyJson.class);
  private static final JsonMapper JSON = JsonMapper.shared();

  private PolicyJson() {}

  public static ObjectNode write(RetryPolicy policy) {
    return JSON.createObjectNode()
        .put("attempts", policy.attemptsMax())
        .put("first", policy.first().toMillis())
        .put("most", policy.most().toMillis())
        .put("time", policy.attemptTime().toMillis());
  }

  /** The JSON text of a job's own policy; empty if that of its kind applies. */
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

  /**
   * A job's own policy; nothing for the empty text. A text that is no policy is logged and counts
   * as none: it would hold up the other jobs of its claim.
   */
  public static Optional<RetryPolicy> read(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(JSON.readTree(text)));
    } catch (IllegalArgumentException | JacksonException e) {
      log.warn(
          "a job's retry policy cannot be read, so its kind's is valid: {}", OneLine.of(text), e);
      return Optional.empty();
    }
  }
}
