package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.Ending;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An answer while it is written: what the model says becomes the events of the log, in their order,
 * and the text that the stream ends with. Used by one thread.
 */
final class Draft {

  private final StreamWriter writer;
  private final Outline outline;
  private final StringBuilder text;
  private Ingest ingest = new Ingest();
  private Calls calls = new Calls();
  private Kind kind = Kind.TEXT;
  private long chars;

  /** Goes on where {@code before} ends. */
  Draft(StreamWriter writer, Transcript before) {
    this.writer = writer;
    this.outline = before.outline();
    this.text = new StringBuilder(before.text());
    this.chars = text.length();
  }

  /** How much it holds, reasoning and calls included. */
  long chars() {
    return chars;
  }

  /** Whether anything a reader could show came since the last reset. */
  boolean hasShown() {
    return outline.hasShown();
  }

  void begin() throws InterruptedException {
    if (!outline.isStarted()) {
      write(new AnswerEvent.Started());
    }
  }

  /** The next piece of text, refusal or reasoning. */
  void say(Kind of, String piece) throws InterruptedException {
    if (of != kind) {
      release();
      kind = of;
    }
    put(ingest.clean(piece));
  }

  /** The next piece of a tool call. */
  void call(ModelEvent.ToolCall piece) throws InterruptedException {
    release();
    if (!calls.knows(piece)) {
      write(outline.beforeItem());
      write(new AnswerEvent.ItemAdded(calls.begin(piece, outline.items())));
    }
    write(calls.next(piece));
    chars += 1 + piece.arguments().length();
  }

  /** Forgets all so far, for the readers too. */
  void reset() throws InterruptedException {
    ingest = new Ingest();
    calls = new Calls();
    text.setLength(0);
    chars = 0;
    write(new AnswerEvent.Reset());
  }

  /** Says that the model will be asked again, and returns when all is durable. */
  void waiting(String reason, Optional<Instant> retryAt) throws InterruptedException {
    release();
    write(new AnswerEvent.Waiting(reason, retryAt));
    writer.flush();
  }

  /** Holds nothing back, and returns when all is durable. */
  void settle() throws InterruptedException {
    release();
    writer.flush();
  }

  /** Ends the stream; of an answer that failed all stays as it is, any other is closed first. */
  void end(AnswerEvent.End last, StreamState state, Optional<Usage> usage, Optional<String> error)
      throws InterruptedException {
    release();
    List<byte[]> events = new ArrayList<>();
    if (!(last instanceof AnswerEvent.Failed)) {
      calls.rest().forEach(event -> events.add(event.json()));
      outline.closing().forEach(event -> events.add(event.json()));
    }
    events.add(last.json());
    writer.end(
        events,
        new Ending(state, Optional.of(text.toString()), usage.map(AnswerJson::usage), error));
  }

  private void release() throws InterruptedException {
    put(ingest.rest());
  }

  private void put(String piece) throws InterruptedException {
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

  private void write(List<AnswerEvent> events) throws InterruptedException {
    for (AnswerEvent event : events) {
      write(event);
    }
  }

  private void write(AnswerEvent event) throws InterruptedException {
    writer.append(event.json());
    outline.add(event);
  }
}
