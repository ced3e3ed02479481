package dev.everbrook.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Tells apart the tool calls of one answer. By the standard the index does it; some servers send
 * index 0 for every parallel call, so a new id under a known index is a new call too; some send no
 * id, which is for the reader of the events to make up.
 */
final class ToolSlots {

  private final Map<Integer, Slot> byIndex = new HashMap<>();
  private int opened;

  /** The event for one element of a {@code tool_calls} array, which stands at {@code position}. */
  ModelEvent.ToolCall read(JsonNode fragment, int position) {
    int index = fragment.path("index").asInt(position);
    String id = Json.text(fragment, "id");
    JsonNode function = fragment.path("function");
    String arguments = arguments(function.path("arguments"));
    Slot known = byIndex.get(index);
    if (known != null && (id.isEmpty() || id.equals(known.id()))) {
      return new ModelEvent.ToolCall(known.slot(), Optional.empty(), Optional.empty(), arguments);
    }
    Slot slot = new Slot(opened, id);
    opened++;
    byIndex.put(index, slot);
    return new ModelEvent.ToolCall(
        slot.slot(),
        Optional.of(id).filter(it -> !it.isEmpty()),
        Optional.of(Json.text(function, "name")),
        arguments);
  }

  boolean any() {
    return opened > 0;
  }

  private static String arguments(JsonNode arguments) {
    if (arguments.isString()) {
      return arguments.stringValue();
    }
    return arguments.isObject() ? arguments.toString() : "";
  }

  private record Slot(int slot, String id) {}
}
