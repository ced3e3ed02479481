package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.model.ModelEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The tool calls of one call to the model, by slot. Used by one thread. */
final class Calls {

  private record Slot(int item, Ingest ingest) {}

  private final CallIds ids;
  private final Map<Integer, Slot> slots = new TreeMap<>();

  Calls(CallIds ids) {
    this.ids = ids;
  }

  boolean knows(ModelEvent.ToolCall piece) {
    return slots.containsKey(piece.slot());
  }

  /** Begins a call with its first piece; returns the item for the event with this number. */
  Item begin(ModelEvent.ToolCall first, int item, long seq) {
    slots.put(first.slot(), new Slot(item, new Ingest()));
    String id = ids.next(Ingest.whole(first.id().orElse("")), seq);
    return new Item.CallItem(id, Ingest.whole(first.name().orElse("")));
  }

  /** The item of a begun call. */
  OptionalInt item(int slot) {
    Slot known = slots.get(slot);
    return known == null ? OptionalInt.empty() : OptionalInt.of(known.item());
  }

  /** The next part of the arguments of a begun call. */
  List<AnswerEvent> next(ModelEvent.ToolCall piece) {
    Slot slot = slots.get(piece.slot());
    return slot == null
        ? List.of()
        : arguments(slot.item(), slot.ingest().clean(piece.arguments()));
  }

  /** The arguments that are still held back. */
  List<AnswerEvent> rest() {
    List<AnswerEvent> events = new ArrayList<>();
    slots.values().forEach(slot -> events.addAll(arguments(slot.item(), slot.ingest().rest())));
    return events;
  }

  private static List<AnswerEvent> arguments(int item, String text) {
    return text.isEmpty() ? List.of() : List.of(new AnswerEvent.Arguments(item, text));
  }
}
