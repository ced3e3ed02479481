package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.Ending;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Writes an answer's log: whole pieces become events in order, and the events required between them
 * are added. Collects the final text of the stream. Used by one thread at a time.
 */
final class AnswerLog {

  /** The weight of a call in characters, so that calls without arguments are bounded too. */
  private static final int CALL_CHARS = 1_000;

  /** The longest piece of a URL in one event, in characters. */
  private static final int URL_CHARS = 32 * 1024;

  /** The most bytes that an event has around its text. */
  private static final int ENVELOPE_BYTES = 512;

  /** The bytes of an escaped control character in JSON. */
  private static final int ESCAPED_BYTES_MAX = 6;

  private final StreamWriter writer;
  private final Outline outline;
  private final StringBuilder text;
  private final CallIds ids;
  private Calls calls;
  private long chars;

  /** Continues where {@code before} ends. */
  AnswerLog(StreamWriter writer, Transcript before, CallIds ids) {
    this.writer = writer;
    this.ids = ids;
    this.calls = new Calls(ids);
    this.outline = before.outline();
    this.text = new StringBuilder(before.text());
    this.chars = text.length();
  }

  /** The size in characters, including reasoning and calls. */
  long chars() {
    return chars;
  }

  /** Whether any displayable event came since the last reset. */
  boolean hasShown() {
    return outline.hasShown();
  }

  void begin() throws InterruptedException {
    if (!outline.isStarted()) {
      write(new AnswerEvent.Started());
    }
  }

  void put(Kind kind, String piece) throws InterruptedException {
    if (piece.isEmpty()) {
      return;
    }
    write(outline.before(kind));
    write(new AnswerEvent.Piece(kind, piece));
    chars += piece.length();
    if (kind != Kind.REASONING) {
      text.append(piece);
    }
  }

  void put(ModelEvent.ToolCall piece) throws InterruptedException {
    if (!calls.knows(piece)) {
      write(outline.beforeItem());
      write(new AnswerEvent.ItemAdded(calls.begin(piece, outline.items(), writer.next())));
      chars += CALL_CHARS;
    }
    write(calls.next(piece));
    chars += piece.arguments().length();
  }

  /** A picture or sound is an item with its URL, in pieces small enough for every reader. */
  void put(ModelEvent.Media media) throws InterruptedException {
    write(outline.beforeItem());
    int item = outline.items();
    write(new AnswerEvent.ItemAdded(new Item.MediaItem(media.kind())));
    String url = Ingest.whole(media.url());
    for (int from = 0; from < url.length(); from += URL_CHARS) {
      int to = Math.min(url.length(), from + URL_CHARS);
      write(new AnswerEvent.Address(item, url.substring(from, to)));
    }
    write(new AnswerEvent.ItemDone(OptionalInt.of(item)));
    chars += CALL_CHARS;
  }

  void put(ModelEvent.Annotation annotation) throws InterruptedException {
    write(outline.before(Kind.TEXT));
    write(new AnswerEvent.Annotation(Ingest.whole(annotation.json())));
    chars += annotation.json().length();
  }

  /**
   * Kept data of a message is stored with its reasoning; if there is none, an empty reasoning item
   * is added.
   */
  void put(ModelEvent.Keep keep) throws InterruptedException {
    OptionalInt item =
        keep.slot().isPresent() ? calls.item(keep.slot().getAsInt()) : outline.reasoning();
    if (item.isEmpty()) {
      write(outline.beforeItem());
      item = OptionalInt.of(outline.items());
      write(new AnswerEvent.ItemAdded(new Item.ReasoningItem()));
    }
    write(new AnswerEvent.Keep(item.getAsInt(), Ingest.whole(keep.json())));
    chars += keep.json().length();
  }

  void put(ModelEvent.LeftOut left) throws InterruptedException {
    write(new AnswerEvent.LeftOut(Ingest.whole(left.what()), Ingest.whole(left.why())));
  }

  void reset() throws InterruptedException {
    calls = new Calls(ids);
    text.setLength(0);
    chars = 0;
    write(new AnswerEvent.Reset());
  }

  void write(AnswerEvent event) throws InterruptedException {
    writer.append(event.json());
    outline.add(event);
    Note.of(event).ifPresent(text::append);
  }

  private void write(List<AnswerEvent> events) throws InterruptedException {
    for (AnswerEvent event : events) {
      write(event);
    }
  }

  /** Whether a piece of this many characters can be written without waiting for the database. */
  boolean takesAtOnce(int characters) {
    return writer.takesAtOnce(ENVELOPE_BYTES + (long) characters * ESCAPED_BYTES_MAX);
  }

  /** Returns when all events are durable. */
  void flush() throws InterruptedException {
    writer.flush();
  }

  /** Ends the stream. Open items are closed first, except in a failed answer. */
  void end(AnswerEvent.End last, StreamState state, Optional<Usage> usage, Optional<String> error)
      throws InterruptedException {
    List<AnswerEvent> events = new ArrayList<>();
    if (!(last instanceof AnswerEvent.Failed)) {
      events.addAll(calls.rest());
      events.addAll(outline.closing());
    }
    events.add(last);
    writer.end(
        events.stream().map(AnswerEvent::json).toList(),
        new Ending(state, Optional.of(text.toString()), usage.map(AnswerJson::usage), error));
  }
}
