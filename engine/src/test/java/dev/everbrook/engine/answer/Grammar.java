package dev.everbrook.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Checks a whole log against the grammar that {@link AnswerEvent} documents. Shares no code with
 * what writes logs.
 */
public final class Grammar {

  private static final class Open {
    final Item item;
    int parts;
    Optional<Kind> part = Optional.empty();
    boolean said;
    boolean whole;

    Open(Item item) {
      this.item = item;
    }

    boolean isCall() {
      return item instanceof Item.CallItem;
    }

    boolean isMedia() {
      return item instanceof Item.MediaItem;
    }
  }

  private final List<String> seen = new ArrayList<>();
  private final Map<Integer, Open> open = new HashMap<>();
  private final Set<String> calls = new HashSet<>();
  private int items;
  private boolean told;
  private boolean started;
  private boolean ended;

  private Grammar() {}

  /** Fails unless this is the log of an answer from its first event to its last. */
  public static void check(List<byte[]> log) {
    Grammar grammar = new Grammar();
    log.forEach(grammar::add);
    grammar.require(grammar.ended, "the log has an end");
  }

  private void add(byte[] json) {
    AnswerEvent event = AnswerEvent.of(json);
    seen.add(new String(json, StandardCharsets.UTF_8));
    require(!ended, "nothing follows the end");
    require(
        seen.size() == 1 == (event instanceof AnswerEvent.Created), "created comes first, once");
    require(seen.size() == 2 == (event instanceof AnswerEvent.Queued), "queued is second, once");
    switch (event) {
      case AnswerEvent.LeftOut _ -> told = true;
      case AnswerEvent.Created _, AnswerEvent.Queued _, AnswerEvent.Waiting _ -> {
        // Where they may stand is told above.
      }
      case AnswerEvent.Started() -> {
        require(!started, "started comes once");
        started = true;
      }
      case AnswerEvent.ItemAdded(var item) -> added(item);
      case AnswerEvent.PartAdded(var kind) -> partAdded(kind);
      case AnswerEvent.Piece(var kind, var text) -> {
        require(!text.isEmpty(), "a piece is not empty");
        require(inPart(kind) && !speech().said, "a piece stands in an open part of its kind");
      }
      case AnswerEvent.PieceDone(var kind) -> {
        require(inPart(kind) && !speech().said, "pieces are done once, in their part");
        speech().said = true;
      }
      case AnswerEvent.PartDone() -> {
        require(speech().said, "a part is done after its pieces");
        speech().part = Optional.empty();
        speech().said = false;
      }
      case AnswerEvent.Arguments(var item, var text) -> {
        require(!text.isEmpty(), "arguments are not empty");
        require(!call(item).whole, "arguments stand in an open call");
      }
      case AnswerEvent.Address(var item, var text) -> {
        require(!text.isEmpty(), "an address is not empty");
        require(
            open.containsKey(item) && open.get(item).isMedia(), "an address stands in its item");
      }
      case AnswerEvent.Annotation _ ->
          require(inPart(Kind.TEXT), "an annotation stands in an open part of text");
      case AnswerEvent.Keep(var item, _) ->
          require(open.containsKey(item), "what is kept stands in an open item");
      case AnswerEvent.ArgumentsDone(var item) -> {
        require(!call(item).whole, "arguments are done once");
        call(item).whole = true;
      }
      case AnswerEvent.ItemDone(var item) -> done(item);
      case AnswerEvent.Reset() -> {
        require(started && (items > 0 || told), "a reset takes something back");
        told = false;
        open.clear();
        calls.clear();
        items = 0;
      }
      case AnswerEvent.Unknown(var type) -> require(false, "this version knows " + type);
      case AnswerEvent.Failed _ -> ended = true;
      case AnswerEvent.End _ -> {
        require(open.isEmpty(), "an end that is no failure closes all");
        require(
            items > 0 || !started && event instanceof AnswerEvent.Cancelled,
            "an answer has an item unless it was stopped before it began");
        ended = true;
      }
    }
  }

  private void added(Item item) {
    require(started, "an item comes after started");
    require(
        open.values().stream().allMatch(Open::isCall), "a message or reasoning ends before this");
    if (item instanceof Item.CallItem(var call, _)) {
      require(!call.isEmpty(), "a call has an id");
      require(calls.add(call), "no two calls have one id");
    }
    open.put(items++, new Open(item));
  }

  private void partAdded(Kind kind) {
    Open item = speech();
    require(item.part.isEmpty(), "a part ends before the next");
    boolean reasons = item.item instanceof Item.ReasoningItem;
    require(reasons == (kind == Kind.REASONING), "a part fits its item");
    require(!reasons || item.parts == 0, "reasoning has one part");
    item.part = Optional.of(kind);
    item.parts++;
  }

  private void done(OptionalInt number) {
    int which = number.orElse(items - 1);
    Open item = found(Optional.ofNullable(open.remove(which)), "an item that ends is open");
    if (item.isCall()) {
      require(item.whole, "a call ends after its arguments");
    } else if (!item.isMedia()) {
      require(item.part.isEmpty() && item.parts > 0, "an item ends after its last part");
    }
  }

  private boolean inPart(Kind kind) {
    return speech().part.equals(Optional.of(kind));
  }

  private Open speech() {
    return found(
        open.values().stream().filter(it -> !it.isCall() && !it.isMedia()).findFirst(),
        "a message or reasoning is open");
  }

  private Open call(int item) {
    return found(
        Optional.ofNullable(open.get(item)).filter(Open::isCall), "call " + item + " is open");
  }

  private Open found(Optional<Open> item, String rule) {
    require(item.isPresent(), rule);
    return item.orElseThrow();
  }

  private void require(boolean holds, String rule) {
    assertThat(holds).as(() -> rule + "; the log:\n" + String.join("\n", seen)).isTrue();
  }
}
