package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import java.util.Optional;

/**
 * What stands in an answer's text, where that is all there is of the answer (the stream's row, a
 * snapshot, a page), for something that is not text: otherwise nothing would tell of it. The page
 * says the same while it follows an answer ({@code web/src/answer.ts}).
 */
final class Note {

  private Note() {}

  /** A line of its own; nothing for most events. */
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
