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
 * Gives back to a model what it thought: the dialects find it in what their clients send, and here
 * it becomes fields of an assistant's message for chat completions.
 *
 * <p>Reasoning goes back under the field in which it came, since strict providers refuse any other,
 * and only in a conversation in which a tool was called: there DeepSeek refuses a conversation
 * without it, and without tools its older models refuse one with it. What a provider wanted kept
 * goes back always. Used by one thread.
 */
public final class Thoughts {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String USUAL = "reasoning_content";
  private static final String CONTENT = "content";
  private static final Set<String> NAMES =
      Set.of("reasoning", "reasoning_text", "thinking", "reasoning_details", CONTENT);

  /** What is said elsewhere, and by no client in this way. */
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

  /** What a client sent as kept, if it can be that. */
  public static Optional<JsonNode> kept(String json) {
    try {
      return Optional.of(JSON.readTree(json)).filter(JsonNode::isObject);
    } catch (JacksonException _) {
      return Optional.empty(); // of another server: only that can read it
    }
  }

  /**
   * Notes what was thought before a message was said.
   *
   * @param message an assistant's
   * @param text the reasoning; may be empty
   * @param keep as {@link AnswerEvent.Keep} has it, or any other JSON for nothing
   */
  public void before(ObjectNode message, String text, JsonNode keep) {
    thoughts.add(new Thought(message, text, keep));
  }

  /** Writes into the messages of a conversation what was noted about them. */
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

  /** Writes into a message or a tool call what its provider wanted kept of it. */
  public static void giveBack(ObjectNode to, JsonNode keep) {
    for (Map.Entry<String, JsonNode> field : keep.path("fields").properties()) {
      boolean ours = OURS.contains(field.getKey());
      if (!ours && (!field.getKey().equals("function") || field.getValue().isObject())) {
        merge(to, field.getKey(), field.getValue());
      }
    }
  }

  /**
   * What came in two events about one item: objects grow, arrays too, and of anything else the
   * later counts. Leaves both as they are.
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
        // They hold the text.
      }
      case CONTENT -> part(thought.message(), thought.text());
      case String field ->
          thought.message().put(field, thought.message().path(field).asString("") + thought.text());
    }
  }

  /** As Mistral writes it: a part before what was said. */
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
