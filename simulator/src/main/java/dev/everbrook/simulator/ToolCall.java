package dev.everbrook.simulator;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool that the model wants to be called.
 *
 * @param arguments JSON that fits the schema of the tool, as far as types, enums and the presence
 *     of properties go
 */
record ToolCall(String id, String name, String arguments) {

  /** A tool as the client offers it; {@code schema} is of its arguments. */
  record Tool(String name, JsonNode schema) {}

  private static final int CALLS_MAX = 16;
  private static final int DEPTH_MAX = 8;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** So many calls of the tools in turn; of one named {@code look_up} if none is offered. */
  static List<ToolCall> of(List<Tool> tools, List<Turn> question, int count) {
    List<Tool> offered = tools.isEmpty() ? List.of(new Tool("look_up", NODES.objectNode())) : tools;
    List<ToolCall> calls = new ArrayList<>();
    for (int i = 0; i < Math.clamp(count, 1, CALLS_MAX); i++) {
      Tool tool = offered.get(i % offered.size());
      String arguments =
          JsonMapper.shared().writeValueAsString(object(tool.schema(), i + 1, DEPTH_MAX));
      calls.add(new ToolCall("call_" + Draw.hash(question) + "_" + i, tool.name(), arguments));
    }
    return calls;
  }

  private static JsonNode value(JsonNode schema, String name, int number, int depth) {
    if (!schema.path("enum").isEmpty()) {
      return schema.path("enum").get((number - 1) % schema.path("enum").size());
    }
    JsonNode type = schema.path("type");
    return switch (type.isArray() ? type.path(0).asString("") : type.asString("string")) {
      case "integer", "number" -> NODES.numberNode(number);
      case "boolean" -> NODES.booleanNode(true);
      case "object" -> object(schema, number, depth - 1);
      case "array" -> array(schema, name, number, depth - 1);
      case "null" -> NODES.nullNode();
      default -> NODES.stringNode(name + " " + number);
    };
  }

  private static ObjectNode object(JsonNode schema, int number, int depth) {
    ObjectNode object = NODES.objectNode();
    if (depth > 0) {
      schema
          .path("properties")
          .properties()
          .forEach(it -> object.set(it.getKey(), value(it.getValue(), it.getKey(), number, depth)));
    }
    return object;
  }

  private static ArrayNode array(JsonNode schema, String name, int number, int depth) {
    ArrayNode array = NODES.arrayNode();
    if (depth > 0) {
      array.add(value(schema.path("items"), name, number, depth));
    }
    return array;
  }
}
