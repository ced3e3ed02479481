package dev.everbrook.model;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import tools.jackson.databind.JsonNode;

/**
 * Turns the chunks of one answer into events. Tolerant by design: an absent, null or malformed
 * field is ignored. A finish reason does not end the answer, since some providers put one on every
 * chunk: text after it still belongs to the answer. For one thread.
 */
final class AnswerReader {

  private final String askedModel;
  private final Queue<ModelEvent> events;
  private final Choices choices = new Choices();
  private final ToolSlots tools = new ToolSlots();
  private final Kept kept = new Kept();
  private final Beside beside = new Beside();
  private final Spoken text = new Spoken();
  private final Spoken thinking = new Spoken();
  private final Spoken refusal = new Spoken();
  private boolean started;
  private boolean spoke;
  private boolean inText;
  private boolean inRefusal;
  private boolean inChat;
  private boolean wentOn;
  private boolean stands;
  private int news;
  private String lastWord = "";
  private Optional<FinishReason> reason = Optional.empty();
  private Optional<Usage> usage = Optional.empty();

  /** Adds events to {@code events}; {@code askedModel} is the model of chunks that name none. */
  AnswerReader(String askedModel, Queue<ModelEvent> events) {
    this.askedModel = askedModel;
    this.events = events;
  }

  void read(JsonNode chunk) {
    count(chunk);
    // Azure opens with a chunk about the prompt that has no id: the answer has not begun.
    boolean named = chunk.has("choices") && !Json.text(chunk, "id").isEmpty();
    if (!started && (named || isAbout(chunk))) {
      start(chunk);
    }
    choices.of(chunk).forEach(this::choice);
    finishAll(chunk);
    beside.around(chunk);
    beside.take().forEach(this::emit);
    annotate();
  }

  /** Emits everything that was held back until the end. */
  void end() {
    choices.rest().forEach(this::choice);
    tools.rest().forEach(this::emit);
    kept.take().ifPresent(this::emit);
    beside.rest().forEach(this::emit);
  }

  /** Whether a chunk has a choice and so is part of an answer. */
  static boolean isAbout(JsonNode chunk) {
    return !chunk.path("choices").isEmpty();
  }

  /** Whether any content of the answer came. */
  boolean spoke() {
    return spoke;
  }

  /** Whether a chunk of the answer came, even one without content. */
  boolean hasBegun() {
    return started;
  }

  /** The finish word of the last choice; empty if it had none. */
  String lastWord() {
    return lastWord;
  }

  /** Whether the last finish word says that the provider gave up in the middle. */
  boolean isBrokenOff() {
    return Reasons.brokenOff(lastWord);
  }

  /**
   * Whether the finish reason is at the end of the answer: it came after content without a reason,
   * or alone on a chunk after content, and no content followed. A reason before or with the first
   * content may come from a provider that puts one on every chunk.
   */
  boolean isSettled() {
    return reason.isPresent() && stands && !wentOn;
  }

  /** A counter that grows with every chunk that adds content, usage or a finish reason. */
  int news() {
    return news;
  }

  /**
   * The provider's reason for the end, if it gave one: by default its last. An answer once reported
   * as cut stays cut.
   */
  Optional<FinishReason> reason() {
    // Gemini says "stop" even when it requests tool calls.
    return reason.map(said ->
        said instanceof FinishReason.Stop && tools.any() ? new FinishReason.ToolCalls() : said);
  }

  /** Notes that the provider marked the end of the answer other than by a finish reason. */
  void isWhole() {
    if (reason.isEmpty() && spoke) {
      reason = Optional.of(new FinishReason.Stop());
    }
  }

  /** The latest usage; providers that send usage with every chunk send running totals. */
  Optional<Usage> usage() {
    return usage;
  }

  private void start(JsonNode chunk) {
    started = true;
    String model = Json.text(chunk, "model");
    events.add(
        new ModelEvent.Started(Json.text(chunk, "id"), model.isEmpty() ? askedModel : model));
  }

  /** Reads only the usage of a chunk. */
  void count(JsonNode chunk) {
    Optional<Usage> counted = CountedTokens.in(chunk);
    // Some servers send zeros when they have not counted.
    if (counted.isPresent() && (usage.isEmpty() || !counted.get().isNothing())) {
      news++;
      usage = counted;
    }
  }

  private void choice(JsonNode choice) {
    int before = events.size();
    boolean spokeBefore = spoke;
    long soundBefore = beside.soundBytes();
    JsonNode delta = choice.path("delta");
    JsonNode message = choice.path("message");
    boolean speaks = Deltas.speaks(choice);
    boolean isMessage = !Deltas.saysAny(delta);
    kept.read(delta);
    kept.readWhole(message);
    if (speaks) {
      read(delta, false);
      read(message, true);
      if (isMessage && !Deltas.saysAny(message)) {
        read(choice, false);
      }
      spoke = true;
    }
    besideWords(choice, delta, message);
    if (beside.soundBytes() > soundBefore) {
      spoke = true;
      news++;
    }
    boolean isNew =
        speaks && !isMessage || events.size() > before; // a message may repeat the deltas
    if (isNew) {
      news++;
      wentOn |= reason.isPresent();
    }
    boolean mayStand = isNew ? spokeBefore && reason.isEmpty() : spoke;
    finish(Reasons.word(choice), mayStand);
  }

  /** Reads the text and calls of a delta, or those of a message that are new. */
  private void read(JsonNode said, boolean whole) {
    if (said.isMissingNode() || said.isNull()) {
      return;
    }
    words(said, whole);
    calls(Deltas.calls(said), whole);
  }

  /** Reads content other than text, and the text of interfaces older than chat completions. */
  private void besideWords(JsonNode choice, JsonNode delta, JsonNode message) {
    if (!Deltas.hasContent(delta) && !Deltas.hasContent(message)) {
      String old = Json.text(choice, "text");
      String heard = Json.text(delta.path("audio"), "transcript");
      String all = Json.text(message.path("audio"), "transcript");
      if (!old.isEmpty()) {
        spoken(inChat ? text.whole(old) : text.piece(old));
      } else {
        spoken(heard.isEmpty() ? text.whole(all) : text.piece(heard));
      }
    }
    beside.around(choice);
    beside.read(delta, false);
    beside.read(message, true);
    beside.take().forEach(this::emit);
    annotate();
  }

  private void spoken(String piece) {
    if (!piece.isEmpty()) {
      emit(new ModelEvent.Text(piece));
    }
  }

  private void words(JsonNode said, boolean whole) {
    String thought = Deltas.thinking(said);
    String spoken = Deltas.text(said);
    String refused = Deltas.refusal(said);
    thought = whole ? thinking.whole(thought) : thinking.piece(thought);
    spoken = whole ? text.whole(spoken) : text.piece(spoken);
    refused = whole ? refusal.whole(refused) : refusal.piece(refused);
    inChat |= !spoken.isEmpty();
    if (!thought.isEmpty() || !spoken.isEmpty() || !refused.isEmpty()) {
      tools.settle().forEach(this::emit);
    }
    if (!thought.isEmpty()) {
      kept.thought(Deltas.thinkingField(said));
      emit(new ModelEvent.Thinking(thought));
    }
    spoken(spoken);
    if (!refused.isEmpty()) {
      emit(new ModelEvent.Refusal(refused));
    }
  }

  private void calls(JsonNode calls, boolean whole) {
    List<ModelEvent> made = whole ? tools.readWhole(calls) : tools.read(calls);
    made.forEach(this::emit);
  }

  private void finish(String word, boolean mayStand) {
    lastWord = word;
    Optional<FinishReason> said = Reasons.of(word);
    if (said.isEmpty()) {
      return;
    }
    news += reason.isEmpty() || mayStand && !stands ? 1 : 0;
    stands |= mayStand;
    boolean cut =
        reason.filter(it -> it instanceof FinishReason.Length || isFiltered(it)).isPresent();
    boolean whole =
        said.get() instanceof FinishReason.Stop || said.get() instanceof FinishReason.ToolCalls;
    reason = cut && whole ? reason : said;
  }

  /** Reads a finish word beside the choices, where some providers put it. */
  private void finishAll(JsonNode chunk) {
    String word = Reasons.stated(chunk);
    if (!word.isEmpty() && started) {
      finish(word, spoke);
    }
  }

  private static boolean isFiltered(FinishReason reason) {
    return reason instanceof FinishReason.ContentFilter;
  }

  private void emit(ModelEvent event) {
    spoke = true;
    boolean takes =
        switch (event) {
          case ModelEvent.Text _ -> !inText || kept.hasThought();
          case ModelEvent.Refusal _ -> !inRefusal || kept.hasThought();
          case ModelEvent.ToolCall call -> call.name().isPresent() || kept.hasThought();
          default -> false;
        };
    if (takes) {
      kept.take().ifPresent(events::add); // the reasoning before it has ended
    }
    events.add(event);
    if (!(event instanceof ModelEvent.LeftOut)) {
      inText = event instanceof ModelEvent.Text;
      inRefusal = event instanceof ModelEvent.Refusal;
    }
    annotate();
  }

  /** Emits annotations after the text that they refer to. */
  private void annotate() {
    if (inText) {
      events.addAll(beside.takeAnnotations());
    }
  }
}
