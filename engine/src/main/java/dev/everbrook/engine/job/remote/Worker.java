package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.claim.PolicyJson;
import dev.everbrook.engine.text.Excerpt;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A worker in another process, by its registration.
 *
 * @param node the id of its incarnation, part of the fence of its claims
 * @param kinds the kinds that it runs, with the retry policy of each
 */
public record Worker(long node, Map<String, RetryPolicy> kinds) {

  public Worker {
    kinds = Map.copyOf(kinds);
  }

  /**
   * The kinds of a claim request: those it names, or all registered ones.
   *
   * @throws IllegalArgumentException if the request names a kind that the worker did not register
   */
  Set<String> kinds(ClaimRequest wish) {
    if (wish.kinds().isEmpty()) {
      return kinds.keySet();
    }
    for (String kind : wish.kinds()) {
      if (!kinds.containsKey(kind)) {
        throw new IllegalArgumentException(
            "kinds may only name what the worker registered, and '"
                + Excerpt.of(kind)
                + "' is none of that");
      }
    }
    return wish.kinds();
  }

  /** The retry policy of a kind. */
  public RetryPolicy policy(String kind) {
    return kinds.getOrDefault(kind, RetryPolicy.DEFAULT);
  }

  static String toJson(Map<String, RetryPolicy> kinds) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    new TreeMap<>(kinds).forEach((kind, policy) -> json.set(kind, PolicyJson.write(policy)));
    return json.toString();
  }

  static Map<String, RetryPolicy> kinds(String json) {
    Map<String, RetryPolicy> kinds = new TreeMap<>();
    JsonMapper.shared()
        .readTree(json)
        .properties()
        .forEach(it -> kinds.put(it.getKey(), PolicyJson.read(it.getValue())));
    return kinds;
  }
}
