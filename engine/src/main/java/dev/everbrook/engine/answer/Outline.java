package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The finished and open items of an answer; the grammar of {@link AnswerEvent} from the writer's
 * side. Used by one thread.
 *
 * <p>Its state depends on the events alone, whether they are read from the log or being written. A
 * worker that takes over an answer therefore continues exactly where the log ends, even between two
 * events that the last writer meant as one step. In streams of the first version, pieces come
 * without an item after a reset; they belong to the item that was open before.
 */
final class Outline {

  private boolean started;
  private int items;
  private int messages;
  private int parts;
  private boolean called;
  private boolean told;
  private boolean shown;
  private Optional<Speech> speech = Optional.empty();

  /** The open calls and media, by item; true if no more arguments can come. */
  private final SortedMap<Integer, Boolean> calls = new TreeMap<>();

  /** Whether a worker has begun. */
  boolean isStarted() {
    return started;
  }

  /** The number of items since the last reset, which is also the number of the next item. */
  int items() {
    return items;
  }

  /**
   * Whether there is no content since the last reset: no item and no notice about left-out output.
   */
  boolean isEmpty() {
    return items == 0 && !told;
  }

  /** Whether any displayable event came since the last reset. */
  boolean hasShown() {
    return shown;
  }

  /** Whether a tool was called since the last reset. */
  boolean hasCalled() {
    return called;
  }

  /** The open reasoning item. */
  OptionalInt reasoning() {
    return speech.filter(Speech::reasoning).stream().mapToInt(Speech::item).findFirst();
  }

  /** Whether the content is only reasoning and then the text of one message that is still open. */
  boolean endsInPlainText() {
    return messages == 1
        && parts == 1
        && !called
        && speech.filter(it -> it.takes(Kind.TEXT)).isPresent();
  }

  void add(AnswerEvent event) {
    switch (event) {
      case AnswerEvent.Started() -> started = true;
      case AnswerEvent.ItemAdded(var item) -> begin(item);
      case AnswerEvent.PartAdded(var kind) -> begin(kind);
      case AnswerEvent.Piece _ -> {
        shown = true;
        if (speech.isEmpty()) { // in the first version, after a reset
          begin(new Item.MessageItem());
          begin(Kind.TEXT);
        }
      }
      case AnswerEvent.PieceDone(_) -> speech = speech.map(Speech::pieceDone);
      case AnswerEvent.PartDone() -> speech = speech.map(Speech::partDone);
      case AnswerEvent.Arguments _, AnswerEvent.Annotation _ -> shown = true;
      case AnswerEvent.LeftOut _ -> {
        called = true; // its line in the text is not the model's
        told = true;
      }
      case AnswerEvent.ArgumentsDone(var item) -> calls.replace(item, true);
      case AnswerEvent.ItemDone(var item) -> end(item.orElse(items - 1));
      case AnswerEvent.Reset() -> reset();
      case AnswerEvent.Created _,
          AnswerEvent.Queued _,
          AnswerEvent.Waiting _,
          AnswerEvent.Address _,
          AnswerEvent.Keep _,
          AnswerEvent.Unknown _,
          AnswerEvent.End _ -> {
        // These events open and close nothing.
      }
    }
  }

  private void begin(Item item) {
    switch (item) {
      case Item.MessageItem() -> {
        messages++;
        speech = Optional.of(Speech.begun(items, false));
      }
      case Item.ReasoningItem() -> speech = Optional.of(Speech.begun(items, true));
      case Item.CallItem _ -> {
        called = true;
        shown = true;
        calls.put(items, false);
      }
      case Item.MediaItem _ -> {
        called = true; // a model cannot continue it
        shown = true;
        calls.put(items, true);
      }
    }
    items++;
  }

  private void begin(Kind kind) {
    if (kind != Kind.REASONING) {
      parts++;
    }
    speech = speech.map(it -> it.partAdded(kind));
  }

  private void end(int item) {
    if (calls.remove(item) == null) {
      speech = Optional.empty();
    }
  }

  private void reset() {
    items = 0;
    messages = 0;
    parts = 0;
    called = false;
    told = false;
    shown = false;
    speech = Optional.empty();
    calls.clear();
  }

  /** The events required before a piece of this kind. */
  List<AnswerEvent> before(Kind kind) {
    if (speech.filter(it -> it.takes(kind)).isPresent()) {
      return List.of();
    }
    List<AnswerEvent> events = new ArrayList<>();
    if (speech.filter(it -> it.mayHold(kind)).isPresent()) {
      speech.map(Speech::closingPart).ifPresent(events::addAll);
    } else {
      events.addAll(beforeItem());
      events.add(
          new AnswerEvent.ItemAdded(
              kind == Kind.REASONING ? new Item.ReasoningItem() : new Item.MessageItem()));
    }
    events.add(new AnswerEvent.PartAdded(kind));
    return events;
  }

  /** The events required before the next item. */
  List<AnswerEvent> beforeItem() {
    return speech.map(Speech::closing).orElse(List.of());
  }

  /**
   * The events required before an end other than a failure. An answer without output gets an empty
   * message; an answer that no worker has begun gets none.
   */
  List<AnswerEvent> closing() {
    List<AnswerEvent> events = new ArrayList<>(beforeItem());
    calls.forEach((item, whole) -> {
      if (!whole) {
        events.add(new AnswerEvent.ArgumentsDone(item));
      }
      events.add(new AnswerEvent.ItemDone(OptionalInt.of(item)));
    });
    if (started && items == 0) {
      events.add(new AnswerEvent.ItemAdded(new Item.MessageItem()));
      events.addAll(Speech.begun(0, false).closing());
    }
    return events;
  }
}
