package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
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
    put(Kind.TEXT, ingest.clean(piece));
  }

  void refusal(String piece) throws InterruptedException {
    put(Kind.REFUSAL, ingest.clean(piece));
  }

  /** Reasoning is no part of the text; a split pair within it is nobody's loss. */
  void reasoning(String piece) throws InterruptedException {
    String clean = new Ingest().clean(piece);
    if (!clean.isEmpty()) {
      writer.append(new AnswerEvent.Piece(Kind.REASONING, clean).json());
    }
  }

  private void put(Kind kind, String clean) throws InterruptedException {
    if (!clean.isEmpty()) {
      writer.append(new AnswerEvent.Piece(kind, clean).json());
      text.append(clean);
    }
  }

  /** Forgets the text so far, for the readers too. */
  void reset() throws InterruptedException {
    ingest.rest();
    text.setLength(0);
    writer.append(new AnswerEvent.Reset().json());
  }

  void waiting(String reason, Optional<Instant> retryAt) throws InterruptedException {
    settle();
    writer.append(new AnswerEvent.Waiting(reason, retryAt).json());
    writer.flush();
  }

  void settle() throws InterruptedException {
    put(Kind.TEXT, ingest.rest());
    writer.flush();
  }

  void end(byte[] last, StreamState state, Optional<Usage> usage, Optional<String> error)
      throws InterruptedException {
    put(Kind.TEXT, ingest.rest());
    List<byte[]> events = new ArrayList<>();
    if (state != StreamState.FAILED) {
      events.addAll(Transcript.CLOSING);
    }
    events.add(last);
    writer.end(
        events,
        new Ending(state, Optional.of(text.toString()), usage.map(AnswerJson::usage), error));
  }
}
