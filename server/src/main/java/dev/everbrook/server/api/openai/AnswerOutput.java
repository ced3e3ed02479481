package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The answer that results from the events so far: its state and its valid items. Used by one
 * thread.
 *
 * <p>A piece without its part or item is ignored: streams of the first version have reasoning among
 * their text, which this API cannot represent.
 */
final class AnswerOutput {

  private final List<OutputItem> items = new ArrayList<>();
  private AnswerEvent.Created created = new AnswerEvent.Created("", Optional.empty());
  private Optional<AnswerEvent.End> end = Optional.empty();
  private final List<AnswerEvent.LeftOut> leftOut = new ArrayList<>();
  private boolean started;

  /** Reads all events that the database has of this stream now. */
  static AnswerOutput of(StreamLog log, long stream) {
    AnswerOutput output = new AnswerOutput();
    long next = 0;
    Page page;
    do {
      page = log.read(stream, next);
      output.add(page.entries());
      next = page.entries().next();
    } while (!page.entries().isEmpty() && !page.ended());
    return output;
  }

  /** The output of an answer without events yet. */
  static AnswerOutput asked(String model, Instant at) {
    AnswerOutput output = new AnswerOutput();
    output.created = new AnswerEvent.Created(model, Optional.of(at));
    return output;
  }

  void add(Entries entries) {
    long seq = entries.first();
    for (byte[] event : entries.events()) {
      add(seq++, AnswerEvent.of(event));
    }
  }

  /** Adds the event with this number. */
  void add(long seq, AnswerEvent event) {
    switch (event) {
      case AnswerEvent.Created it -> created = it;
      case AnswerEvent.Started() -> started = true;
      case AnswerEvent.ItemAdded(var kind) -> items.add(new OutputItem(shown(), seq, kind));
      case AnswerEvent.PartAdded(var kind) -> last().ifPresent(it -> it.begin(kind));
      case AnswerEvent.Piece(_, var text) ->
          part(event).ifPresent(part -> part.text().append(text));
      case AnswerEvent.Arguments(var item, var text) ->
          item(item).ifPresent(it -> it.arguments().append(text));
      case AnswerEvent.Address(var item, var text) ->
          item(item).ifPresent(it -> it.url().append(text));
      case AnswerEvent.Annotation(var body) ->
          part(event).ifPresent(it -> it.annotations().add(Json.MAPPER.readTree(body)));
      case AnswerEvent.Keep(var item, var body) ->
          item(item).ifPresent(it -> it.keep(Json.MAPPER.readTree(body)));
      case AnswerEvent.LeftOut it -> leftOut.add(it);
      case AnswerEvent.ItemDone(var number) ->
          (number.isPresent() ? item(number.getAsInt()) : last()).ifPresent(OutputItem::finish);
      case AnswerEvent.Reset() -> {
        items.clear();
        leftOut.clear();
      }
      case AnswerEvent.End it -> end = Optional.of(it);
      case AnswerEvent.Queued _,
          AnswerEvent.PieceDone _,
          AnswerEvent.PartDone _,
          AnswerEvent.ArgumentsDone _,
          AnswerEvent.Waiting _,
          AnswerEvent.Unknown _ -> {
        // They add nothing to the output.
      }
    }
  }

  /** The number of items that the Responses API can show; it cannot show sound. */
  private int shown() {
    return (int) items.stream().filter(it -> !it.is(ModelEvent.Media.Kind.AUDIO)).count();
  }

  /** The provider's output that the log does not have. */
  List<AnswerEvent.LeftOut> leftOut() {
    return leftOut;
  }

  /** The part to which a piece, its end or a part's end belongs, if it exists. */
  Optional<OutputItem.Part> part(AnswerEvent event) {
    Optional<OutputItem.Part> open = last().flatMap(OutputItem::lastPart);
    return switch (event) {
      case AnswerEvent.Piece(var kind, _) -> open.filter(it -> it.kind() == kind);
      case AnswerEvent.PieceDone(var kind) -> open.filter(it -> it.kind() == kind);
      default -> open;
    };
  }

  List<OutputItem> items() {
    return items;
  }

  Optional<OutputItem> item(int index) {
    return index >= 0 && index < items.size() ? Optional.of(items.get(index)) : Optional.empty();
  }

  /** The item that was added last. */
  Optional<OutputItem> last() {
    return item(items.size() - 1);
  }

  String model() {
    return created.model();
  }

  Instant createdAt() {
    return created.at().orElse(Instant.EPOCH);
  }

  boolean isStarted() {
    return started;
  }

  /** The end of the answer, once it has ended. */
  Optional<AnswerEvent.End> end() {
    return end;
  }

  Optional<Usage> usage() {
    return end.flatMap(it ->
        switch (it) {
          case AnswerEvent.Completed(var usage) -> usage;
          case AnswerEvent.Incomplete(_, var usage) -> usage;
          case AnswerEvent.Failed _, AnswerEvent.Cancelled _ -> Optional.empty();
        });
  }

  /** All pieces of this kind, joined. */
  String text(AnswerEvent.Kind kind) {
    StringBuilder text = new StringBuilder();
    for (OutputItem item : items) {
      for (OutputItem.Part part : item.parts()) {
        if (part.kind() == kind) {
          text.append(part.text());
        }
      }
    }
    return text.toString();
  }
}
