package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;

/** The result of an answer's events: its text so far and its open items. Used by one thread. */
public final class Transcript {

  private final StringBuilder text = new StringBuilder();
  private final Outline outline = new Outline();
  private boolean ended;
  private boolean anew;
  private long next;

  /** Of no event yet. */
  public Transcript() {}

  /** Reads all events that the database has of this stream now. */
  public static Transcript of(StreamLog log, long stream) {
    return of(log, stream, Long.MAX_VALUE);
  }

  /** Reads the events before this number, at which the writer knows that the stream ends. */
  static Transcript of(StreamLog log, long stream, long end) {
    Transcript transcript = new Transcript();
    Page page;
    do {
      page = log.read(stream, transcript.next);
      transcript.add(page.entries());
    } while (transcript.next < end && !page.entries().isEmpty() && !page.ended());
    return transcript;
  }

  /** Adds the next events; known events are skipped. */
  public void add(Entries entries) {
    Entries fresh = entries.from(next);
    fresh.events().forEach(event -> add(AnswerEvent.of(event)));
    next = Math.max(next, fresh.next());
  }

  private void add(AnswerEvent event) {
    outline.add(event);
    Note.of(event).ifPresent(text::append);
    if (event instanceof AnswerEvent.Piece(var kind, var piece)
        && kind != AnswerEvent.Kind.REASONING) {
      text.append(piece);
    } else if (event instanceof AnswerEvent.Reset) {
      text.setLength(0);
      anew = true;
    } else if (event instanceof AnswerEvent.End) {
      ended = true;
    }
  }

  /**
   * The text of the messages since the last reset, including refusals. Output that is not text is
   * represented by a line.
   */
  public String text() {
    return text.toString();
  }

  /** The number of the next event. */
  public long next() {
    return next;
  }

  /** Whether a worker has begun. */
  public boolean isStarted() {
    return outline.isStarted();
  }

  /**
   * Whether the answer began anew at least once, so that earlier readers saw text that is void now.
   */
  public boolean isAnew() {
    return anew;
  }

  /** Whether the model has called a tool since the last reset. */
  public boolean hasCalled() {
    return outline.hasCalled();
  }

  /**
   * The number after which a reader should resume. If the answer has ended, the last event is still
   * to come, since it tells the reader how the answer ended.
   */
  public long resumeAfter() {
    return next - (ended ? 2 : 1);
  }

  /** The open items, with which the next writer continues. */
  Outline outline() {
    return outline;
  }
}
