package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The open message or reasoning.
 *
 * @param item its number
 * @param reasoning whether it is reasoning
 * @param parts the number of parts so far
 * @param part the kind of the open part
 * @param said whether that part is complete
 */
record Speech(int item, boolean reasoning, int parts, Optional<Kind> part, boolean said) {

  static Speech begun(int item, boolean reasoning) {
    return new Speech(item, reasoning, 0, Optional.empty(), false);
  }

  Speech partAdded(Kind kind) {
    return new Speech(item, reasoning, parts + 1, Optional.of(kind), false);
  }

  Speech pieceDone() {
    return new Speech(item, reasoning, parts, part, true);
  }

  Speech partDone() {
    return new Speech(item, reasoning, parts, Optional.empty(), false);
  }

  /** Whether a piece of this kind may follow directly. */
  boolean takes(Kind kind) {
    return part.equals(Optional.of(kind)) && !said;
  }

  /** Whether one more part, of this kind, may be added. */
  boolean mayHold(Kind kind) {
    return reasoning ? kind == Kind.REASONING && parts == 0 : kind != Kind.REASONING;
  }

  List<AnswerEvent> closingPart() {
    List<AnswerEvent> events = new ArrayList<>();
    part.ifPresent(kind -> {
      if (!said) {
        events.add(new AnswerEvent.PieceDone(kind));
      }
      events.add(new AnswerEvent.PartDone());
    });
    return events;
  }

  /**
   * Closes the item; an item without parts first gets an empty one, so that each dialect has a part
   * to show.
   */
  List<AnswerEvent> closing() {
    Speech whole = this;
    List<AnswerEvent> events = new ArrayList<>();
    if (parts == 0) {
      Kind kind = reasoning ? Kind.REASONING : Kind.TEXT;
      events.add(new AnswerEvent.PartAdded(kind));
      whole = partAdded(kind);
    }
    events.addAll(whole.closingPart());
    events.add(new AnswerEvent.ItemDone(OptionalInt.of(item)));
    return events;
  }
}
