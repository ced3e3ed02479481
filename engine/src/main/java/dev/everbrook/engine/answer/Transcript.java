package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;

/** What an answer's events come to: its text so far, and what of it is open. Used by one thread. */
public final class Transcript {

  private final StringBuilder text = new StringBuilder();
  private final Outline outline = new Outline();
  private boolean ended;
  private boolean anew;
  private long next;

  /** All that the database has of this stream at the moment. */
  public static Transcript of(StreamLog log, long stream) {
    return of(log, stream, Long.MAX_VALUE);
  }

  /** The events before this number, by which its writer knows the end of the stream. */
  static Transcript of(StreamLog log, long stream, long end) {
    Transcript transcript = new Transcript();
    Page page;
    do {
      page = log.read(stream, transcript.next);
      transcript.add(page.entries());
    } while (transcript.next < end && !page.entries().isEmpty() && !page.ended());
    return transcript;
  }

  /** Takes in the events that follow; those it has had already are passed over. */
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
   * What its messages say since the last new beginning, refusals included; for what is not text a
   * line that says so.
   */
  public String text() {
    return text.toString();
  }

  /** The number of the event to come. */
  public long next() {
    return next;
  }

  /** Whether a worker has begun. */
  public boolean isStarted() {
    return outline.isStarted();
  }

  /** Whether it began anew at least once, so that an earlier reader saw text which is void. */
  public boolean isAnew() {
    return anew;
  }

  /** Whether the model has called a tool since the last new beginning. */
  public boolean hasCalled() {
    return outline.hasCalled();
  }

  /**
   * The number after which to go on so that nothing is missed and the end, if it is already here,
   * is still to come: a reader learns how it ended from the last event.
   */
  public long resumeAfter() {
    return next - (ended ? 2 : 1);
  }

  /** What is open; who writes on goes on with it. */
  Outline outline() {
    return outline;
  }
}
