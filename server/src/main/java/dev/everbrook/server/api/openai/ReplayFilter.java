package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;

/**
 * Which events of a log one reader is shown: none twice, and none that a new beginning made void.
 * These APIs cannot take events back, so a reader that was shown a void event is told that its
 * stream failed. A later reader sees only valid events. Used by one thread.
 */
final class ReplayFilter {

  /** No new beginning so far. */
  static final long NOTHING_VOID = -1;

  /** What becomes of an event. */
  enum Look {
    /** It is new to the reader. */
    SHOW,
    /** The reader has had it before: it counts, and is not sent. */
    SEEN,
    /** It is void, and the reader never saw it. */
    SKIP,
    /** What the reader was shown is void. */
    BROKEN
  }

  private final long after;
  private final long lastReset;
  private boolean shown;

  /**
   * @param after the number of the last event that the reader has had; -1 for none
   * @param lastReset the number of the last new beginning as the reader came, or {@link
   *     #NOTHING_VOID}
   */
  ReplayFilter(long after, long lastReset) {
    this.after = after;
    this.lastReset = lastReset;
  }

  /** Looks for the last new beginning that the log has at the moment. */
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
      boolean broken = shown && !seen; // a reader behind it has already been told
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
