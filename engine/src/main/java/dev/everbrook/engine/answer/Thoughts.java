package dev.everbrook.engine.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Returns a model's reasoning to it: the dialects find the reasoning in their clients' requests,
 * and this class writes it into the fields of an assistant's message for chat completions.
 *
 * <p>Reasoning is returned in the field in which it came, since strict providers refuse any other.
 * It is returned only in a conversation with a tool call: there DeepSeek refuses a conversation
 * without the reasoning; without tool calls, DeepSeek's older models refuse a conversation with it.
 * Data that a provider asked to keep is always returned. Used by one thread.
 */
public final class Thoughts {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String USUAL = "reasoning_content";
  private static final String CONTENT = "content";
  private static final Set<String> NAMES =
      Set.of("reasoning", "reasoning_text", "thinking", "reasoning_details", CONTENT);

  /** Fields that are set elsewhere; kept data cannot set them. */
  private static final Set<String> OURS =
      Set.of(
          "role",
          CONTENT,
          "name",
          "refusal",
          "tool_calls",
          "tool_call_id",
          "function_call",
          "id",
          "type",
          "index",
          "arguments",
          USUAL,
          "reasoning",
          "reasoning_text",
          "thinking");

  private record Thought(ObjectNode message, String text, JsonNode keep) {}

  private final List<Thought> thoughts = new ArrayList<>();

  /** Of no message yet. */
  public Thoughts() {}

  /** Parses a client's kept data; empty if it is not a JSON object. */
  public static Optional<JsonNode> kept(String json) {
    try {
      return Optional.of(JSON.readTree(json)).filter(JsonNode::isObject);
    } catch (JacksonException _) {
      return Optional.empty(); // from another server, which alone can read it
    }
  }

  /**
   * Notes the reasoning before a message.
   *
   * @param message an assistant's message
   * @param text the reasoning; may be empty
   * @param keep the data of an {@link AnswerEvent.Keep}; any other JSON counts as none
   */
  public void before(ObjectNode message, String text, JsonNode keep) {
    thoughts.add(new Thought(message, text, keep));
  }

  /** Writes the noted reasoning into the messages of a conversation. */
  public void giveBack(List<ObjectNode> conversation) {
    boolean called = conversation.stream().anyMatch(it -> !it.path("tool_calls").isEmpty());
    for (Thought thought : thoughts) {
      if (called && !thought.text().isEmpty()) {
        say(thought);
      }
      giveBack(thought.message(), thought.keep());
    }
    thoughts.clear();
  }

  /** Writes the provider's kept data into a message or a tool call. */
  public static void giveBack(ObjectNode to, JsonNode keep) {
    for (Map.Entry<String, JsonNode> field : keep.path("fields").properties()) {
      boolean ours = OURS.contains(field.getKey());
      if (!ours && (!field.getKey().equals("function") || field.getValue().isObject())) {
        merge(to, field.getKey(), field.getValue());
      }
    }
  }

  /**
   * Merges the kept data of two events about one item: objects and arrays are joined; of other
   * values the later wins. Changes neither argument.
   */
  public static JsonNode together(JsonNode first, JsonNode second) {
    if (first.isObject() && second.isObject()) {
      ObjectNode all = (ObjectNode) first.deepCopy();
      second
          .properties()
          .forEach(field ->
              all.set(field.getKey(), together(first.path(field.getKey()), field.getValue())));
      return all;
    }
    if (first.isArray() && second.isArray()) {
      ArrayNode all = (ArrayNode) first.deepCopy();
      second.forEach(all::add);
      return all;
    }
    return second.isMissingNode() ? first : second;
  }

  private static void merge(ObjectNode to, String name, JsonNode value) {
    JsonNode known = to.path(name);
    if (known instanceof ArrayNode array && value.isArray()) {
      value.forEach(array::add);
    } else if (known instanceof ObjectNode object && value.isObject()) {
      value.properties().stream()
          .filter(it -> !name.equals("function") || !object.has(it.getKey()))
          .forEach(it -> merge(object, it.getKey(), it.getValue()));
    } else {
      to.set(name, value.deepCopy());
    }
  }

  private static void say(Thought thought) {
    String as = thought.keep().path("as").asString("");
    switch (NAMES.contains(as) ? as : USUAL) {
      case "reasoning_details" -> {
        // The kept details already hold the text.
      }
      case CONTENT -> part(thought.message(), thought.text());
      case String field ->
          thought.message().put(field, thought.message().path(field).asString("") + thought.text());
    }
  }

  /** Mistral's form: a part before the content. */
  private static void part(ObjectNode message, String text) {
    ArrayNode parts = JSON.createArrayNode();
    ObjectNode part = parts.addObject().put("type", "thinking");
    part.putArray("thinking").addObject().put("type", "text").put("text", text);
    JsonNode said = message.path(CONTENT);
    if (said.isString() && !said.stringValue().isEmpty()) {
      parts.addObject().put("type", "text").put("text", said.stringValue());
    } else {
      said.forEach(parts::add);
    }
    message.set(CONTENT, parts);
  }
}
