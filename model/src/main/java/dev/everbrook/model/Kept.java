package dev.everbrook.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gathers the data that a provider needs back with the conversation: OpenRouter's {@code
 * reasoning_details}, Gemini's {@code extra_content} with its thought signature, LiteLLM's {@code
 * thinking_blocks} and {@code provider_specific_fields}, Copilot's {@code reasoning_opaque}. Data
 * that a stream delivers in pieces is joined. For one thread.
 */
final class Kept {

  /** The longest object kept for one stretch of reasoning or one call, in bytes. */
  static final int BYTES_MAX = 512 << 10;

  /** The default field for returned reasoning. */
  private static final String USUAL = "reasoning_content";

  private static final Set<String> LISTS = Set.of("reasoning_details", "thinking_blocks");
  private static final Set<String> FIELDS =
      Set.of(
          "extra_content",
          "provider_specific_fields",
          "reasoning_opaque",
          "reasoning_signature",
          "thought_signature",
          "thought_signatures",
          "signature",
          "encrypted_content");

  /** The fields of a tool call that are passed on as the call itself; others are kept. */
  private static final Set<String> OF_CALLS =
      Set.of(
          "index", "id", "type", "function", "custom", "name", "arguments", "parameters", "input");

  private final Map<String, Blocks> lists = new TreeMap<>();
  private final ObjectNode seen = Json.MAPPER.createObjectNode();
  private ObjectNode fields = Json.MAPPER.createObjectNode();
  private String as = "";
  private long chars;

  /** Whether this class keeps a field of a message. */
  static boolean knows(String field) {
    return LISTS.contains(field) || FIELDS.contains(field);
  }

  /** Reads a delta, in which lists come in pieces. */
  void read(JsonNode delta) {
    read(delta, false);
  }

  /** Reads a message, which repeats all content so far; only the new part counts. */
  void readWhole(JsonNode message) {
    read(message, true);
  }

  private void read(JsonNode said, boolean whole) {
    for (Map.Entry<String, JsonNode> field : said.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (!knows(name) || isNothing(value) || chars > BYTES_MAX) {
        continue;
      }
      if (LISTS.contains(name) && value.isArray()) {
        Blocks blocks = lists.computeIfAbsent(name, _ -> new Blocks());
        chars += whole ? blocks.addWhole(value) : blocks.add(value);
      } else {
        JsonNode news = news(seen.path(name), value);
        if (!isNothing(news)) {
          chars += news.toString().length();
          merge(fields, name, news);
          merge(seen, name, news);
        }
      }
    }
  }

  /** Notes the field in which reasoning came. */
  void thought(String field) {
    as = field;
  }

  /** Whether reasoning came since the last {@link #take}. */
  boolean hasThought() {
    return !as.isEmpty();
  }

  /** Takes the data since the last time; this ends the reasoning so far. */
  Optional<ModelEvent> take() {
    ObjectNode all = fields;
    lists.forEach((name, blocks) -> {
      ArrayNode taken = blocks.take();
      if (!taken.isEmpty()) {
        all.set(name, taken);
      }
    });
    String named = as;
    boolean tooLong = chars > BYTES_MAX;
    fields = Json.MAPPER.createObjectNode();
    as = "";
    chars = 0;
    if (tooLong) {
      return Optional.of(tooLong("reasoning_details"));
    }
    if (all.isEmpty() && (named.isEmpty() || named.equals(USUAL))) {
      return Optional.empty();
    }
    return Optional.of(event(OptionalInt.empty(), named, all));
  }

  /**
   * The data to keep of a fragment of a tool call.
   *
   * @param seen the data kept of the call so far, which is not kept twice; new data is added to it
   */
  static Optional<ModelEvent> ofCall(int slot, JsonNode fragment, ObjectNode seen) {
    ObjectNode kept = without(fragment, OF_CALLS);
    ObjectNode function = without(fragment.path("function"), OF_CALLS);
    if (!function.isEmpty()) {
      kept.set("function", function);
    }
    if (!(news(seen, kept) instanceof ObjectNode news) || isNothing(news)) {
      return Optional.empty();
    }
    news.properties().forEach(it -> merge(seen, it.getKey(), it.getValue()));
    return Optional.of(event(OptionalInt.of(slot), "", news));
  }

  private static ModelEvent event(OptionalInt slot, String as, ObjectNode fields) {
    ObjectNode keep = Json.MAPPER.createObjectNode();
    if (!as.isEmpty() && !as.equals(USUAL)) {
      keep.put("as", as);
    }
    if (!fields.isEmpty()) {
      keep.set("fields", fields);
    }
    String json = Json.MAPPER.writeValueAsString(keep);
    return json.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX
        ? tooLong(slot.isPresent() ? "extra_content" : "reasoning_details")
        : new ModelEvent.Keep(slot, json);
  }

  private static ModelEvent tooLong(String what) {
    return new ModelEvent.LeftOut(
        what,
        "The provider's "
            + what
            + " has more than "
            + BYTES_MAX
            + " bytes and was left out; it cannot be sent back with the next question.");
  }

  private static ObjectNode without(JsonNode node, Set<String> known) {
    ObjectNode rest = Json.MAPPER.createObjectNode();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!known.contains(field.getKey()) && !isNothing(field.getValue())) {
        rest.set(field.getKey(), field.getValue());
      }
    }
    return rest;
  }

  /** Whether a value is absent, empty, or a container of only absent or empty values. */
  static boolean isNothing(JsonNode value) {
    return value.isContainer()
        ? value.valueStream().allMatch(Kept::isNothing)
        : value.isMissingNode() || value.isNull() || value.isString() && value.asString().isEmpty();
  }

  /** The part of a value that is new compared with a known one; missing if there is none. */
  private static JsonNode news(JsonNode known, JsonNode value) {
    if (known.equals(value)) {
      return MissingNode.getInstance();
    }
    if (known.isObject() && value.isObject()) {
      ObjectNode news = Json.MAPPER.createObjectNode();
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        JsonNode more = news(known.path(field.getKey()), field.getValue());
        if (!more.isMissingNode()) {
          news.set(field.getKey(), more);
        }
      }
      return news;
    }
    if (known.isArray() && value.isArray() && begins(known, value)) {
      ArrayNode news = Json.MAPPER.createArrayNode();
      value.valueStream().skip(known.size()).forEach(news::add);
      return news;
    }
    return value;
  }

  private static boolean begins(JsonNode known, JsonNode value) {
    return known.size() <= value.size()
        && IntStream.range(0, known.size()).allMatch(i -> known.get(i).equals(value.get(i)));
  }

  /** Merges a value: objects and arrays are joined; of other values the last wins. */
  private static void merge(ObjectNode into, String name, JsonNode value) {
    JsonNode known = into.path(name);
    if (known instanceof ObjectNode object && value.isObject()) {
      value.properties().forEach(it -> merge(object, it.getKey(), it.getValue()));
    } else if (known instanceof ArrayNode array && value.isArray()) {
      value.forEach(array::add);
    } else if (!isNothing(value) || !into.has(name)) {
      into.set(name, value.deepCopy());
    }
  }

  /**
   * A list whose elements come in pieces: pieces of an element have the same index or, without an
   * index, the same type.
   */
  private static final class Blocks {
    private static final Set<String> TEXTS = Set.of("text", "summary", "thinking", "data");

    private record Block(ObjectNode rest, Map<String, StringBuilder> texts) {
      CharSequence text(String field) {
        StringBuilder text = texts.get(field);
        return text == null ? "" : text;
      }

      boolean has(String field) {
        return texts.containsKey(field) || !isNothing(rest.path(field));
      }
    }

    private final List<Block> blocks = new ArrayList<>();
    private int taken;
    private boolean inDeltas;

    /** Adds pieces; returns their number of characters. */
    long add(JsonNode pieces) {
      inDeltas = true;
      pieces.forEach(this::piece);
      return pieces.toString().length();
    }

    /**
     * Adds the new part of a message: further blocks, and growth of blocks that came in messages.
     */
    long addWhole(JsonNode whole) {
      long chars = 0;
      int known = taken + blocks.size();
      for (int i = 0; i < whole.size(); i++) {
        if (i >= known) {
          chars += whole.get(i).toString().length();
          blocks.add(another());
          addTo(blocks.getLast(), whole.get(i));
        } else if (!inDeltas && i >= taken) {
          chars += grow(i - taken, whole.get(i));
        }
      }
      return chars;
    }

    /** Updates a block by its repetition with more content, or by its next piece. */
    private long grow(int at, JsonNode piece) {
      Block block = blocks.get(at);
      boolean grown =
          TEXTS.stream()
              .allMatch(text -> Json.text(piece, text).startsWith(block.text(text).toString()));
      if (grown) {
        blocks.set(at, another());
        addTo(blocks.get(at), piece);
      } else {
        piece(piece);
      }
      return piece.toString().length();
    }

    private void piece(JsonNode piece) {
      Optional<Block> open = goesOn(piece);
      if (open.isEmpty()) {
        blocks.add(another());
      }
      addTo(open.orElseGet(blocks::getLast), piece);
    }

    private static void addTo(Block block, JsonNode piece) {
      for (Map.Entry<String, JsonNode> field : piece.properties()) {
        JsonNode value = field.getValue();
        if (TEXTS.contains(field.getKey()) && value.isString()) {
          block
              .texts()
              .computeIfAbsent(field.getKey(), _ -> new StringBuilder())
              .append(value.stringValue());
        } else {
          merge(block.rest(), field.getKey(), value);
        }
      }
    }

    private static Block another() {
      return new Block(Json.MAPPER.createObjectNode(), new TreeMap<>());
    }

    private Optional<Block> goesOn(JsonNode piece) {
      if (piece.path("index").isNumber()) {
        return blocks.reversed().stream()
            .filter(it -> it.rest().path("index").equals(piece.path("index")))
            .findFirst()
            .filter(it -> isOfOne(it, piece));
      }
      return blocks.isEmpty()
          ? Optional.empty()
          : Optional.of(blocks.getLast())
              .filter(it -> !it.rest().has("index") && isOfOne(it, piece))
              .filter(it -> !it.has("data") && !piece.has("data") && !it.has("signature"));
    }

    private static boolean isOfOne(Block block, JsonNode piece) {
      return isSame(block, piece, "type") && isSame(block, piece, "id");
    }

    private static boolean isSame(Block block, JsonNode piece, String field) {
      String had = Json.text(block.rest(), field);
      String has = Json.text(piece, field);
      return had.isEmpty() || has.isEmpty() || had.equals(has);
    }

    /** Takes all blocks since the last time. */
    ArrayNode take() {
      ArrayNode array = Json.MAPPER.createArrayNode();
      for (Block block : blocks) {
        ObjectNode whole = block.rest().deepCopy();
        block.texts().forEach((name, text) -> whole.put(name, text.toString()));
        array.add(whole);
      }
      taken += blocks.size();
      blocks.clear();
      return array;
    }
  }
}
