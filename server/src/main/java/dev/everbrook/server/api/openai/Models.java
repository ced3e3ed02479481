package dev.everbrook.server.api.openai;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/models}: the models of the provider, or the configured one if the provider has no
 * list. The provider is asked at most once in {@link #FRESH}. Safe for use by many threads.
 */
final class Models {

  static final String PATH = "/v1/models";

  private static final Duration FRESH = Duration.ofSeconds(30);
  private static final Duration LISTING_MAX = Duration.ofSeconds(5);
  private static final int MODELS_MAX = 5_000;

  private record Listed(List<String> names, long at) {}

  private final OpenAiModel provider;
  private final String configured;
  private final World world;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile Listed listed;

  Models(OpenAiModel provider, String configured, World world) {
    this.provider = provider;
    this.configured = configured;
    this.world = world;
    this.listed = new Listed(List.of(), world.nanos() - FRESH.toNanos());
  }

  Reply list(Request request) {
    ObjectNode list = Json.object().put("object", "list");
    ArrayNode data = list.putArray("data");
    names().forEach(it -> data.add(model(it)));
    return Json.reply(200, list, Map.of());
  }

  /** A name may have slashes, escaped or not. */
  Reply get(Request request) {
    String escaped = request.url().substring(PATH.length() + 1);
    String name = decoded(escaped).orElse(escaped);
    if (!name.equals(configured) && !names().contains(name)) {
      throw new OpenAiError(
              404,
              OpenAiError.INVALID,
              "model_not_found",
              "model",
              "There is no model '" + Excerpt.of(name) + "', see GET /v1/models.")
          .refused();
    }
    return Json.reply(200, model(name), Map.of());
  }

  private static Optional<String> decoded(String escaped) {
    try {
      String plusKept = escaped.replace("+", "%2B");
      return Optional.of(URLDecoder.decode(plusKept, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private List<String> names() {
    asking.lock(); // one thread asks, the others wait for its result
    try {
      if (world.nanos() - listed.at() >= FRESH.toNanos()) {
        List<String> names = provider.models(LISTING_MAX).orElse(List.of(configured));
        listed = new Listed(names.stream().limit(MODELS_MAX).toList(), world.nanos());
      }
      return listed.names();
    } finally {
      asking.unlock();
    }
  }

  private static ObjectNode model(String name) {
    return Json.object()
        .put("id", name)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "provider");
  }
}
