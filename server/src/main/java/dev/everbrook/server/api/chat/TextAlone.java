package dev.everbrook.server.api.chat;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.model.ModelEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * The words in {@code leftOut} for content that {@code POST /chat} leaves out, since it sends text
 * alone. Reasoning is not named, since this API never sends it.
 */
final class TextAlone {

  private static final List<EventHead> HEADS =
      List.of(
          new EventHead("{\"type\":\"item.added\""),
          new EventHead("{\"type\":\"annotation\""),
          new EventHead("{\"type\":\"left_out\""));

  private TextAlone() {}

  /** Adds the words of all these events. */
  static void note(Entries entries, Set<String> words) {
    entries.events().forEach(event -> word(event).ifPresent(words::add));
  }

  /** The frame for left-out content of one event; empty for most events. */
  static byte[] frame(byte[] event) {
    return word(event)
        .map(word -> JsonMapper.shared().createObjectNode().put("leftOut", word))
        .map(told -> ("data: " + told + "\n\n").getBytes(StandardCharsets.UTF_8))
        .orElse(new byte[0]);
  }

  private static Optional<String> word(byte[] event) {
    if (HEADS.stream().noneMatch(head -> head.begins(event))) {
      return Optional.empty();
    }
    return switch (AnswerEvent.of(event)) {
      case AnswerEvent.ItemAdded(Item.MediaItem(var kind)) ->
          Optional.of(kind == ModelEvent.Media.Kind.IMAGE ? "image" : "audio");
      case AnswerEvent.ItemAdded(Item.CallItem _) -> Optional.of("call");
      case AnswerEvent.Annotation _ -> Optional.of("annotation");
      case AnswerEvent.LeftOut(var what, _) -> Optional.of(what);
      default -> Optional.empty();
    };
  }
}
