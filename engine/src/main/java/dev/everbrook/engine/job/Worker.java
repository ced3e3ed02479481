package dev.everbrook.engine.job;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A worker in another process, as it said of itself.
 *
 * @param node the id of its life: the fence of all it claims
 * @param kinds what it can do, and how each kind is retried
 */
record Worker(long node, Map<String, RetryPolicy> kinds) {

  Worker {
    kinds = Map.copyOf(kinds);
  }

  /** How a kind is retried; the worker may have been given one that it did not name. */
  RetryPolicy policy(String kind) {
    return kinds.getOrDefault(kind, RetryPolicy.DEFAULT);
  }

  static String toJson(Map<String, RetryPolicy> kinds) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    new TreeMap<>(kinds)
        .forEach((kind, policy) ->
            json.putObject(kind)
                .put("attempts", policy.attemptsMax())
                .put("first", policy.first().toMillis())
                .put("most", policy.most().toMillis())
                .put("time", policy.attemptTime().toMillis()));
    return json.toString();
  }

  static Map<String, RetryPolicy> kinds(String json) {
    Map<String, RetryPolicy> kinds = new TreeMap<>();
    JsonMapper.shared()
        .readTree(json)
        .properties()
        .forEach(it -> kinds.put(it.getKey(), policy(it.getValue())));
    return kinds;
  }

  private static RetryPolicy policy(JsonNode json) {
    return new RetryPolicy(
        json.path("attempts").asInt(),
        Duration.ofMillis(json.path("first").asLong()),
        Duration.ofMillis(json.path("most").asLong()),
        Duration.ofMillis(json.path("time").asLong()));
  }
}
