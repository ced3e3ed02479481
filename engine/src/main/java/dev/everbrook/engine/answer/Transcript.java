package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import java.util.List;
import java.util.OptionalInt;

/**
 * What an answer's events come to: its text so far, and which events it has had. Used by one
 * thread.
 */
public final class Transcript {

  static final List<byte[]> CLOSING =
      List.of(
          new AnswerEvent.PieceDone(AnswerEvent.Kind.TEXT).json(),
          new AnswerEvent.PartDone().json(),
          new AnswerEvent.ItemDone(OptionalInt.empty()).json());

  private final StringBuilder text = new StringBuilder();
  private boolean started;
  private boolean hasContent;
  private boolean ended;
  private long next;

  /** All that the database has of this stream at the moment. */
  public static Transcript of(StreamLog log, long stream) {
    Transcript transcript = new Transcript();
    Page page;
    do {
      page = log.read(stream, transcript.next);
      transcript.add(page.entries());
    } while (!page.entries().isEmpty() && !page.ended());
    return transcript;
  }

  /** Takes in the events that follow; those it has had already are passed over. */
  public void add(Entries entries) {
    Entries fresh = entries.from(next);
    fresh.events().forEach(this::add);
    next = Math.max(next, fresh.next());
  }

  private void add(byte[] event) {
    switch (AnswerEvent.of(event)) {
      case AnswerEvent.Started() -> started = true;
      case AnswerEvent.Piece(var kind, var piece) -> {
        hasContent = true;
        if (kind != AnswerEvent.Kind.REASONING) {
          text.append(piece);
        }
      }
      case AnswerEvent.Reset() -> text.setLength(0);
      case AnswerEvent.End _ -> ended = true;
      case AnswerEvent.Created _,
          AnswerEvent.Queued _,
          AnswerEvent.ItemAdded _,
          AnswerEvent.PartAdded _,
          AnswerEvent.PieceDone _,
          AnswerEvent.PartDone _,
          AnswerEvent.Arguments _,
          AnswerEvent.ArgumentsDone _,
          AnswerEvent.ItemDone _,
          AnswerEvent.Waiting _,
          AnswerEvent.Unknown _ -> {
        // The other events say nothing of the text.
      }
    }
  }

  /** The text since the last new beginning. */
  public String text() {
    return text.toString();
  }

  /** The number of the event to come. */
  public long next() {
    return next;
  }

  /** Whether a worker has begun. */
  public boolean isStarted() {
    return started;
  }

  /** Whether it holds anything that a new beginning would have to take back. */
  boolean hasContent() {
    return hasContent;
  }

  /**
   * The number after which to go on so that nothing is missed and the end, if it is already here,
   * is still to come: a reader learns how it ended from the last event.
   */
  public long resumeAfter() {
    return next - (ended ? 2 : 1);
  }

  List<byte[]> closing() {
    return CLOSING;
  }
}
