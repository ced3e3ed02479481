package dev.everbrook.model;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import tools.jackson.databind.JsonNode;

/**
 * Makes events of the chunks of one answer. Tolerant by design: an absent, null or odd field is
 * nothing. A finish reason ends nothing by itself, as some providers put one on every chunk: what
 * comes after it is still the answer. For one thread.
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

  /** Events are added to {@code events}; {@code askedModel} stands in where a chunk names none. */
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

  /** Reads what was held back until the end. */
  void end() {
    choices.rest().forEach(this::choice);
    tools.rest().forEach(this::emit);
    kept.take().ifPresent(this::emit);
    beside.rest().forEach(this::emit);
  }

  /** Whether a chunk has a choice, so that it is a part of an answer. */
  static boolean isAbout(JsonNode chunk) {
    return !chunk.path("choices").isEmpty();
  }

  /** Whether anything of the answer itself came. */
  boolean spoke() {
    return spoke;
  }

  /** Whether a chunk of it came, even if that said nothing. */
  boolean hasBegun() {
    return started;
  }

  /** The word of the last choice about its end; empty if it had none. */
  String lastWord() {
    return lastWord;
  }

  /** Whether the provider gave up in the middle, by its last word. */
  boolean isBrokenOff() {
    return Reasons.brokenOff(lastWord);
  }

  /**
   * Whether the finish reason stands where the end is: after words that came without one, or alone
   * on a chunk after words, and nothing was said since. A reason before or with the first words may
   * be one of a provider that puts it on every chunk.
   */
  boolean isSettled() {
    return reason.isPresent() && stands && !wentOn;
  }

  /** Grows with all that a chunk says, counts, ends or settles. */
  int news() {
    return news;
  }

  /**
   * Why the provider ended the answer, as far as it said so: its last word, but an answer that was
   * once said to be cut stays cut.
   */
  Optional<FinishReason> reason() {
    // Gemini says "stop" where it wants tools to be called.
    return reason.map(said ->
        said instanceof FinishReason.Stop && tools.any() ? new FinishReason.ToolCalls() : said);
  }

  /** The provider said in another way than by a reason that all was said. */
  void isWhole() {
    if (reason.isEmpty() && spoke) {
      reason = Optional.of(new FinishReason.Stop());
    }
  }

  /** The latest count; providers that count with every chunk count up. */
  Optional<Usage> usage() {
    return usage;
  }

  private void start(JsonNode chunk) {
    started = true;
    String model = Json.text(chunk, "model");
    events.add(
        new ModelEvent.Started(Json.text(chunk, "id"), model.isEmpty() ? askedModel : model));
  }

  /** Reads only the count of a chunk. */
  void count(JsonNode chunk) {
    Optional<Usage> counted = CountedTokens.in(chunk);
    // Zeros are what some servers put where they have not counted.
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
    boolean isNew = speaks && !isMessage || events.size() > before; // a message may be a repetition
    if (isNew) {
      news++;
      wentOn |= reason.isPresent();
    }
    boolean mayStand = isNew ? spokeBefore && reason.isEmpty() : spoke;
    finish(Reasons.word(choice), mayStand);
  }

  /** Reads the words and calls of a delta, or those of a message that no delta had. */
  private void read(JsonNode said, boolean whole) {
    if (said.isMissingNode() || said.isNull()) {
      return;
    }
    words(said, whole);
    calls(Deltas.calls(said), whole);
  }

  /** What is no text, and the text of interfaces from before there were chats. */
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

  /** Some state beside the choices why they end. */
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
      kept.take().ifPresent(events::add); // the reasoning before it is over
    }
    events.add(event);
    if (!(event instanceof ModelEvent.LeftOut)) {
      inText = event instanceof ModelEvent.Text;
      inRefusal = event instanceof ModelEvent.Refusal;
    }
    annotate();
  }

  /** Annotations stand behind the text that they are about. */
  private void annotate() {
    if (inText) {
      events.addAll(beside.takeAnnotations());
    }
  }
}
