package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One item of an answer as far as it has come. Used by one thread. */
final class OutputItem {

  /** A part of an item; the text grows. */
  record Part(int index, AnswerEvent.Kind kind, StringBuilder text) {}

  private final int index;
  private final long seq;
  private final AnswerEvent.Item kind;
  private final List<Part> parts = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private boolean done;

  /**
   * @param index its place among the items that count
   * @param seq the number of the event that added it, which no other item of the stream has
   */
  OutputItem(int index, long seq, AnswerEvent.Item kind) {
    this.index = index;
    this.seq = seq;
    this.kind = kind;
  }

  void begin(AnswerEvent.Kind part) {
    parts.add(new Part(parts.size(), part, new StringBuilder()));
  }

  void finish() {
    done = true;
  }

  int index() {
    return index;
  }

  long seq() {
    return seq;
  }

  AnswerEvent.Item kind() {
    return kind;
  }

  List<Part> parts() {
    return parts;
  }

  Optional<Part> lastPart() {
    return parts.isEmpty() ? Optional.empty() : Optional.of(parts.getLast());
  }

  /** A call's arguments so far. */
  StringBuilder arguments() {
    return arguments;
  }

  boolean isDone() {
    return done;
  }
}
