package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.server.http.Dialect;

/** A dialect that converts the events of one answer one by one, until it is over. */
interface AnswerDialect extends Dialect {

  /** Converts one event to frames, possibly to none. Not called after {@link #isOver}. */
  void take(long seq, AnswerEvent event, SseFrames out);

  @Override
  default byte[] frames(Entries entries, boolean upToDate) {
    SseFrames out = new SseFrames();
    long seq = entries.first();
    for (byte[] json : entries.events()) {
      if (!isOver()) {
        take(seq, AnswerEvent.of(json), out);
      }
      seq++;
    }
    return out.bytes();
  }

  /** True, since some clients take a clean end without a last event for a complete answer. */
  @Override
  default boolean mustBreakOff() {
    return true;
  }
}
