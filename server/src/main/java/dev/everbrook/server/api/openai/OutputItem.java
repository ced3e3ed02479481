package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Thoughts;
import dev.everbrook.model.ModelEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** One item of an answer in its state so far. Used by one thread. */
final class OutputItem {

  /** A part of an item; the text grows. */
  record Part(int index, AnswerEvent.Kind kind, StringBuilder text, ArrayNode annotations) {}

  private final int index;
  private final long seq;
  private final AnswerEvent.Item kind;
  private final List<Part> parts = new ArrayList<>();
  private final StringBuilder arguments = new StringBuilder();
  private final StringBuilder url = new StringBuilder();
  private Optional<JsonNode> kept = Optional.empty();
  private boolean done;

  /**
   * @param index its index among the valid items that the Responses API can show
   * @param seq the number of the event that added it, unique in the stream
   */
  OutputItem(int index, long seq, AnswerEvent.Item kind) {
    this.index = index;
    this.seq = seq;
    this.kind = kind;
  }

  void begin(AnswerEvent.Kind part) {
    parts.add(new Part(parts.size(), part, new StringBuilder(), Json.array()));
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

  /** A picture's or sound's URL so far. */
  StringBuilder url() {
    return url;
  }

  void keep(JsonNode more) {
    kept = Optional.of(kept.map(it -> Thoughts.together(it, more)).orElse(more));
  }

  /** The data that its provider needs back with it. */
  Optional<JsonNode> kept() {
    return kept;
  }

  /** Whether it is a picture or a sound. */
  boolean is(ModelEvent.Media.Kind media) {
    return kind instanceof AnswerEvent.Item.MediaItem(var of) && of == media;
  }

  boolean isDone() {
    return done;
  }
}
