package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.ArgumentsDone;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.engine.answer.AnswerEvent.ItemDone;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.answer.AnswerEvent.PartAdded;
import dev.everbrook.engine.answer.AnswerEvent.PartDone;
import dev.everbrook.engine.answer.AnswerEvent.Piece;
import dev.everbrook.engine.answer.AnswerEvent.PieceDone;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.model.Usage;
import dev.everbrook.server.http.Dialect;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Logs written by hand, and what a dialect makes of them. */
final class Logs {

  static final UUID STREAM = UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057");
  static final String HEX = "01890a5dac96774bbcceb302099a8057";
  static final Usage USAGE = new Usage(7, 5, 2, 1);
  static final AnswerEvent COMPLETED = new AnswerEvent.Completed(Optional.of(USAGE));

  /**
   * One server-sent event.
   *
   * @param id nothing where it has none
   */
  record Frame(OptionalInt id, String event, String data) {

    JsonNode json() {
      return Json.MAPPER.readTree(data);
    }
  }

  private static final Pattern BLOCKS = Pattern.compile("\n\n");

  private Logs() {}

  static List<AnswerEvent> log(AnswerEvent... rest) {
    List<AnswerEvent> log = new ArrayList<>();
    log.add(
        new AnswerEvent.Created("some/model", Optional.of(Instant.ofEpochSecond(1_700_000_000))));
    log.add(new AnswerEvent.Queued());
    log.add(new AnswerEvent.Started());
    log.addAll(List.of(rest));
    return log;
  }

  /** A message with one part, whole. */
  static List<AnswerEvent> message(Kind kind, String... pieces) {
    return item(new Item.MessageItem(), kind, pieces);
  }

  static List<AnswerEvent> reasoning(String... pieces) {
    return item(new Item.ReasoningItem(), Kind.REASONING, pieces);
  }

  private static List<AnswerEvent> item(Item item, Kind kind, String... pieces) {
    List<AnswerEvent> events = new ArrayList<>(List.of(new ItemAdded(item), new PartAdded(kind)));
    for (String piece : pieces) {
      events.add(new Piece(kind, piece));
    }
    events.add(new PieceDone(kind));
    events.add(new PartDone());
    events.add(new ItemDone(OptionalInt.empty()));
    return events;
  }

  /** Two calls that overlap; the first is the item with this number. */
  static List<AnswerEvent> calls(int first) {
    return List.of(
        new ItemAdded(new Item.CallItem("call_a", "look")),
        new AnswerEvent.Arguments(first, "{\"at\":"),
        new ItemAdded(new Item.CallItem("call_b", "listen")),
        new AnswerEvent.Arguments(first + 1, "{}"),
        new AnswerEvent.Arguments(first, "1}"),
        new ArgumentsDone(first),
        new ItemDone(OptionalInt.of(first)),
        new ArgumentsDone(first + 1),
        new ItemDone(OptionalInt.of(first + 1)));
  }

  @SafeVarargs
  static List<AnswerEvent> log(List<AnswerEvent>... parts) {
    List<AnswerEvent> log = log(new AnswerEvent[0]);
    for (List<AnswerEvent> part : parts) {
      log.addAll(part);
    }
    return log;
  }

  /** What a reader gets of the whole log, in batches of this size. */
  static List<Frame> read(List<AnswerEvent> log, Dialect dialect, int batch) {
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < log.size(); from += batch) {
      List<byte[]> events =
          log.subList(from, Math.min(log.size(), from + batch)).stream()
              .map(AnswerEvent::json)
              .toList();
      text.append(utf8(dialect.frames(new Entries(from, events), false)));
    }
    boolean ended = log.getLast() instanceof AnswerEvent.End;
    if (ended && !dialect.isOver()) {
      text.append(utf8(dialect.farewell()));
    }
    return frames(text.toString());
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Frame> frames(String text) {
    List<Frame> frames = new ArrayList<>();
    for (String block : BLOCKS.split(text, -1)) {
      OptionalInt id = OptionalInt.empty();
      String event = "";
      String data = "";
      for (String line : block.lines().toList()) {
        String value = line.substring(line.indexOf(':') + 2);
        switch (line.substring(0, line.indexOf(':'))) {
          case "id" -> id = OptionalInt.of(Integer.parseInt(value));
          case "event" -> event = value;
          default -> data = value;
        }
      }
      if (!data.isEmpty()) {
        frames.add(new Frame(id, event, data));
      }
    }
    return frames;
  }
}
