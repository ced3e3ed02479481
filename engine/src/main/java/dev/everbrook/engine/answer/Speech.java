package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The message or reasoning that is open.
 *
 * @param item its number
 * @param reasoning whether it is reasoning
 * @param parts how many it has had
 * @param part the kind of the part that is open
 * @param said whether no further piece of that part may come
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

  /** Whether a piece of this kind may follow as it stands. */
  boolean takes(Kind kind) {
    return part.equals(Optional.of(kind)) && !said;
  }

  /** Whether it may hold one more part, of this kind. */
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

  /** With a part, even if it is empty: each dialect has something to show then. */
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
