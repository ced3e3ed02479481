package dev.everbrook.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gathers what a provider wants to have back with the conversation: OpenRouter's {@code
 * reasoning_details}, Gemini's {@code extra_content} with its thought signature, LiteLLM's {@code
 * thinking_blocks} and {@code provider_specific_fields}, Copilot's {@code reasoning_opaque}. The
 * pieces that a stream makes of them are put together again. For one thread.
 */
final class Kept {

  /** The longest object that is kept of one stretch of reasoning, or of one call, in bytes. */
  static final int BYTES_MAX = 512 << 10;

  /** The field in which reasoning is given back unless it came in another. */
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

  /** What a tool call has beside what is passed on as the call itself. */
  private static final Set<String> OF_CALLS =
      Set.of(
          "index", "id", "type", "function", "custom", "name", "arguments", "parameters", "input");

  private final Map<String, Blocks> lists = new TreeMap<>();
  private final ObjectNode fields = Json.MAPPER.createObjectNode();
  private String as = "";
  private long chars;

  /** Whether a field of a message is kept here. */
  static boolean knows(String field) {
    return LISTS.contains(field) || FIELDS.contains(field);
  }

  void read(JsonNode delta) {
    String thinking = Deltas.thinkingField(delta);
    if (!thinking.isEmpty()) {
      as = thinking;
    }
    for (Map.Entry<String, JsonNode> field : delta.properties()) {
      if (knows(field.getKey()) && !isNothing(field.getValue())) {
        keep(field.getKey(), field.getValue());
      }
    }
  }

  private void keep(String name, JsonNode value) {
    chars += value.toString().length();
    if (chars > BYTES_MAX) {
      return; // told by take
    }
    if (LISTS.contains(name) && value.isArray()) {
      Blocks blocks = lists.computeIfAbsent(name, _ -> new Blocks());
      value.forEach(blocks::add);
    } else {
      merge(fields, name, value);
    }
  }

  /** What was gathered since the last time; the reasoning so far ends with it. */
  Optional<ModelEvent> take() {
    ObjectNode all = fields.deepCopy();
    lists.forEach((name, blocks) -> all.set(name, blocks.json()));
    String named = as;
    boolean tooLong = chars > BYTES_MAX;
    lists.clear();
    fields.removeAll();
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

  /** What is to be kept of a fragment of a tool call. */
  static Optional<ModelEvent> ofCall(int slot, JsonNode fragment) {
    ObjectNode kept = without(fragment, OF_CALLS);
    ObjectNode function = without(fragment.path("function"), OF_CALLS);
    if (!function.isEmpty()) {
      kept.set("function", function);
    }
    return kept.isEmpty() ? Optional.empty() : Optional.of(event(OptionalInt.of(slot), "", kept));
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

  static boolean isNothing(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || value.isContainer() && value.isEmpty()
        || value.isString() && value.stringValue().isEmpty();
  }

  /** Objects grow, arrays too, and of anything else the last counts. */
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

  /** A list whose elements come in pieces: the same index, or without one the same type again. */
  private static final class Blocks {
    private static final Set<String> TEXTS = Set.of("text", "summary", "thinking", "data");

    private record Block(ObjectNode rest, Map<String, StringBuilder> texts) {
      boolean has(String field) {
        return texts.containsKey(field) || !isNothing(rest.path(field));
      }
    }

    private final List<Block> blocks = new ArrayList<>();

    void add(JsonNode piece) {
      Block block = goesOn(piece).orElseGet(this::another);
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

    private Block another() {
      Block block = new Block(Json.MAPPER.createObjectNode(), new TreeMap<>());
      blocks.add(block);
      return block;
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

    ArrayNode json() {
      ArrayNode array = Json.MAPPER.createArrayNode();
      for (Block block : blocks) {
        ObjectNode whole = block.rest().deepCopy();
        block.texts().forEach((name, text) -> whole.put(name, text.toString()));
        array.add(whole);
      }
      return array;
    }
  }
}
