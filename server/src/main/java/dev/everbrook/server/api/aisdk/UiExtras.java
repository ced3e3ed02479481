package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.Thoughts;
import dev.everbrook.model.ModelEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The chunks for content other than text, reasoning and calls: {@code file}, {@code source-url},
 * and data parts for content without a word in the protocol. For one reader.
 */
final class UiExtras {

  /** The name under which the page keeps data that a provider needs back. */
  static final String OURS = "everbrook";

  private static final JsonMapper JSON = JsonMapper.shared();

  private record Medium(ModelEvent.Media.Kind kind, StringBuilder url) {}

  private final Map<Integer, Medium> media = new HashMap<>();
  private final Map<Integer, JsonNode> kept = new HashMap<>();
  private int sources;

  /** Voids all items so far. */
  void reset() {
    media.clear();
    kept.clear();
  }

  void begin(int number, Item.MediaItem item) {
    media.put(number, new Medium(item.kind(), new StringBuilder()));
  }

  void add(AnswerEvent.Address piece) {
    Medium medium = media.get(piece.item());
    if (medium != null) {
      medium.url().append(piece.text());
    }
  }

  /** The completed picture or sound, if the item is one. */
  Optional<ObjectNode> file(int number) {
    Medium medium = media.remove(number);
    if (medium == null) {
      return Optional.empty();
    }
    String url = medium.url().toString();
    return Optional.of(chunk("file").put("url", url).put("mediaType", type(medium.kind(), url)));
  }

  private static String type(ModelEvent.Media.Kind kind, String url) {
    int end = url.indexOf(';');
    if (url.startsWith("data:") && end > 0) {
      return url.substring("data:".length(), end);
    }
    return switch (kind) {
      case IMAGE -> "image/*";
      case AUDIO -> "audio/*";
    };
  }

  /** The chunk for an annotation; only an http or https URL becomes a link. */
  ObjectNode annotation(AnswerEvent.Annotation annotation) {
    JsonNode body = JSON.readTree(annotation.body());
    String url = body.path("url").asString("");
    if (!url.startsWith("https://") && !url.startsWith("http://")) {
      ObjectNode data = chunk("data-annotation");
      data.set("data", body);
      return data;
    }
    ObjectNode source = chunk("source-url").put("sourceId", "source-" + sources++).put("url", url);
    String title = body.path("title").asString("");
    return title.isEmpty() ? source : source.put("title", title);
  }

  static ObjectNode leftOut(AnswerEvent.LeftOut left) {
    ObjectNode chunk = chunk("data-left-out");
    chunk.putObject("data").put("what", left.what()).put("why", left.why());
    return chunk;
  }

  void keep(AnswerEvent.Keep keep) {
    kept.merge(keep.item(), JSON.readTree(keep.body()), Thoughts::together);
  }

  /** Whether kept data of an item has not been in a chunk yet. */
  boolean keeps(int number) {
    return kept.containsKey(number);
  }

  /** Adds an item's kept data to a chunk, once. */
  ObjectNode with(ObjectNode chunk, int number) {
    JsonNode keep = kept.remove(number);
    if (keep != null) {
      chunk.putObject("providerMetadata").putObject(OURS).set("keep", keep);
    }
    return chunk;
  }

  private static ObjectNode chunk(String type) {
    return JSON.createObjectNode().put("type", type);
  }
}
