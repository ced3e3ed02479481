package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;

/**
 * Selects the events of a log for one reader: none twice, and none that a reset voided. These APIs
 * cannot retract events, so a reader that has received a void event gets a failure. A later reader
 * gets only valid events. Used by one thread.
 */
final class ReplayFilter {

  /** No reset so far. */
  static final long NOTHING_VOID = -1;

  /** The treatment of an event. */
  enum Look {
    /** The event is new to the reader and is sent. */
    SHOW,
    /** The reader has it already: it counts, but is not sent. */
    SEEN,
    /** The event is void, and the reader never got it. */
    SKIP,
    /** Events that the reader got are void. */
    BROKEN
  }

  private final long after;
  private final long lastReset;
  private boolean shown;

  /**
   * @param after the number of the last event that the reader has received; -1 for none
   * @param lastReset the number of the last reset when the reader came, or {@link #NOTHING_VOID}
   */
  ReplayFilter(long after, long lastReset) {
    this.after = after;
    this.lastReset = lastReset;
  }

  /** Finds the last reset that the log has now. */
  static long lastReset(StreamLog log, long stream) {
    long last = NOTHING_VOID;
    long next = 0;
    Page page;
    do {
      page = log.read(stream, next);
      for (byte[] event : page.entries().events()) {
        if (AnswerEvent.of(event) instanceof AnswerEvent.Reset) {
          last = next;
        }
        next++;
      }
    } while (!page.entries().isEmpty() && !page.ended());
    return last;
  }

  Look at(long seq, AnswerEvent event) {
    boolean seen = seq <= after;
    if (event instanceof AnswerEvent.Reset) {
      boolean broken = shown && !seen; // a reader behind it has already got the failure
      shown = false;
      return broken ? Look.BROKEN : Look.SEEN;
    }
    if (!isContent(event)) {
      return seen ? Look.SEEN : Look.SHOW;
    }
    if (seq < lastReset && (!seen || after >= lastReset)) {
      return Look.SKIP;
    }
    shown = true;
    return seen ? Look.SEEN : Look.SHOW;
  }

  private static boolean isContent(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.ItemAdded _,
          AnswerEvent.PartAdded _,
          AnswerEvent.Piece _,
          AnswerEvent.PieceDone _,
          AnswerEvent.PartDone _,
          AnswerEvent.Arguments _,
          AnswerEvent.ArgumentsDone _,
          AnswerEvent.Address _,
          AnswerEvent.Annotation _,
          AnswerEvent.Keep _,
          AnswerEvent.ItemDone _ ->
          true;
      case AnswerEvent.Created _,
          AnswerEvent.Queued _,
          AnswerEvent.Started _,
          AnswerEvent.Waiting _,
          AnswerEvent.LeftOut _,
          AnswerEvent.Reset _,
          AnswerEvent.Unknown _,
          AnswerEvent.End _ ->
          false;
    };
  }
}
