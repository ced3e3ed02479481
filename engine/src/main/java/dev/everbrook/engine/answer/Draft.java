package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.Ending;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.model.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has been poured so far: keeps the text and the stream the same. Used by one thread. */
record Draft(StreamWriter writer, StringBuilder text, Ingest ingest) {

  Draft(StreamWriter writer, StringBuilder text) {
    this(writer, text, new Ingest());
  }

  void text(String piece) throws InterruptedException {
    put(AnswerEvents.TEXT, ingest.clean(piece));
  }

  void refusal(String piece) throws InterruptedException {
    put(AnswerEvents.REFUSAL, ingest.clean(piece));
  }

  /** Reasoning is no part of the text; a split pair within it is nobody's loss. */
  void reasoning(String piece) throws InterruptedException {
    String clean = new Ingest().clean(piece);
    if (!clean.isEmpty()) {
      writer.append(AnswerEvents.piece(AnswerEvents.REASONING, clean));
    }
  }

  private void put(String type, String clean) throws InterruptedException {
    if (!clean.isEmpty()) {
      writer.append(AnswerEvents.piece(type, clean));
      text.append(clean);
    }
  }

  /** Forgets the text so far, for the readers too. */
  void reset() throws InterruptedException {
    ingest.rest();
    text.setLength(0);
    writer.append(AnswerEvents.plain(AnswerEvents.RESET));
  }

  void waiting(String reason, Optional<Instant> retryAt) throws InterruptedException {
    settle();
    writer.append(AnswerEvents.waiting(reason, retryAt));
    writer.flush();
  }

  void settle() throws InterruptedException {
    put(AnswerEvents.TEXT, ingest.rest());
    writer.flush();
  }

  void end(byte[] last, StreamState state, Optional<Usage> usage, Optional<String> error)
      throws InterruptedException {
    put(AnswerEvents.TEXT, ingest.rest());
    List<byte[]> events = new ArrayList<>();
    if (state != StreamState.FAILED) {
      events.addAll(AnswerEvents.textDone());
    }
    events.add(last);
    writer.end(
        events,
        new Ending(state, Optional.of(text.toString()), usage.map(AnswerEvents::usage), error));
  }
}
