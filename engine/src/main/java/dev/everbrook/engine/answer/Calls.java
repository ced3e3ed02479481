package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.model.ModelEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tool calls that one call to the model makes, told apart by its slots. Used by one thread. */
final class Calls {

  private record Slot(int item, Ingest ingest) {}

  private final Map<Integer, Slot> slots = new TreeMap<>();

  boolean knows(ModelEvent.ToolCall piece) {
    return slots.containsKey(piece.slot());
  }

  /** The item that a call begins with its first piece. */
  Item begin(ModelEvent.ToolCall first, int item) {
    slots.put(first.slot(), new Slot(item, new Ingest()));
    return new Item.CallItem(
        Ingest.whole(first.id().orElse("")), Ingest.whole(first.name().orElse("")));
  }

  /** The next part of the arguments of a call that has begun. */
  List<AnswerEvent> next(ModelEvent.ToolCall piece) {
    Slot slot = slots.get(piece.slot());
    return slot == null
        ? List.of()
        : arguments(slot.item(), slot.ingest().clean(piece.arguments()));
  }

  /** What is still held of any arguments. */
  List<AnswerEvent> rest() {
    List<AnswerEvent> events = new ArrayList<>();
    slots.values().forEach(slot -> events.addAll(arguments(slot.item(), slot.ingest().rest())));
    return events;
  }

  private static List<AnswerEvent> arguments(int item, String text) {
    return text.isEmpty() ? List.of() : List.of(new AnswerEvent.Arguments(item, text));
  }
}
