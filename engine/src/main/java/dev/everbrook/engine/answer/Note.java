package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import java.util.Optional;

/**
 * A line in an answer's text for output that is not text. Places that show only the text (the
 * stream's row, a snapshot, a page) would otherwise hide that output. The page shows the same line
 * while it follows an answer ({@code web/src/answer.ts}).
 */
final class Note {

  private Note() {}

  /** The line for this event; empty for most events. */
  static Optional<String> of(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.ItemAdded(Item.MediaItem(var kind)) ->
          Optional.of(
              switch (kind) {
                case IMAGE -> line("A picture that is not shown here.");
                case AUDIO -> line("A sound that is not played here.");
              });
      case AnswerEvent.LeftOut(_, var why) -> Optional.of(line(why));
      default -> Optional.empty();
    };
  }

  private static String line(String text) {
    return "\n\n[" + text + "]\n\n";
  }
}
