package dev.everbrook.model;

import java.util.Optional;
import java.util.Queue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes events of the chunks of one answer. Tolerant by design: an absent, null or odd field is
 * nothing, and only the first of several choices is read. For one thread.
 */
final class AnswerReader {

  private final String askedModel;
  private final Queue<ModelEvent> events;
  private final ToolSlots tools = new ToolSlots();
  private final Kept kept = new Kept();
  private final Beside beside = new Beside();
  private final WholeCharacters text = new WholeCharacters();
  private final WholeCharacters thinking = new WholeCharacters();
  private final WholeCharacters refusal = new WholeCharacters();
  private boolean started;
  private boolean spoke;
  private boolean inText;
  private Optional<FinishReason> reason = Optional.empty();
  private Optional<Usage> usage = Optional.empty();

  /** Events are added to {@code events}; {@code askedModel} stands in where a chunk names none. */
  AnswerReader(String askedModel, Queue<ModelEvent> events) {
    this.askedModel = askedModel;
    this.events = events;
  }

  void read(JsonNode chunk) {
    CountedTokens.in(chunk).ifPresent(counted -> usage = Optional.of(counted));
    JsonNode choice = firstChoice(chunk);
    String finish = Json.text(choice, "finish_reason");
    // Azure opens with a chunk about the prompt that has no id: the answer has not begun.
    if (!started && (!choice.isMissingNode() || !Json.text(chunk, "id").isEmpty())) {
      start(chunk);
    }
    JsonNode message = choice.path(choice.has("delta") ? "delta" : "message");
    kept.read(message);
    delta(message);
    legacy(choice, message);
    beside.read(chunk, choice, message);
    beside.take().forEach(this::emit);
    annotate();
    if (reason.isEmpty() && !finish.isEmpty()) {
      reason = Optional.of(Reasons.of(finish));
    }
  }

  /** Whether anything of the answer itself came. */
  boolean spoke() {
    return spoke;
  }

  /** Why the provider ended the answer, once it said so. */
  Optional<FinishReason> reason() {
    // Gemini says "stop" where it wants tools to be called.
    return reason.map(said ->
        said instanceof FinishReason.Stop && tools.any() ? new FinishReason.ToolCalls() : said);
  }

  /** The latest count; providers that count with every chunk count up. */
  Optional<Usage> usage() {
    return usage;
  }

  /** Whether a chunk that may be cut is worth believing, because it holds the end. */
  static boolean holdsTheEnd(JsonNode chunk) {
    return !Json.text(firstChoice(chunk), "finish_reason").isEmpty()
        || CountedTokens.in(chunk).isPresent();
  }

  /** Whether the provider gave up in the middle without saying more than that. */
  static boolean gaveUp(JsonNode chunk) {
    return Json.text(firstChoice(chunk), "finish_reason").equals("error");
  }

  private void start(JsonNode chunk) {
    started = true;
    String model = Json.text(chunk, "model");
    events.add(
        new ModelEvent.Started(Json.text(chunk, "id"), model.isEmpty() ? askedModel : model));
  }

  private void delta(JsonNode delta) {
    thought(thinking.take(Deltas.thinking(delta)));
    spoken(text.take(Deltas.text(delta.path("content"))));
    String refused = refusal.take(Json.text(delta, "refusal"));
    if (!refused.isEmpty()) {
      emit(new ModelEvent.Refusal(refused));
    }
    int position = 0;
    for (JsonNode fragment : delta.path("tool_calls")) {
      call(fragment, position++);
    }
  }

  private void call(JsonNode fragment, int position) {
    ModelEvent.ToolCall call = tools.read(fragment, position);
    emit(call);
    Kept.ofCall(call.slot(), fragment).ifPresent(this::emit);
  }

  /** What came before there were tools and chats: one function, a plain text. */
  private void legacy(JsonNode choice, JsonNode message) {
    JsonNode function = message.path("function_call");
    if (function.isObject() && !function.isEmpty() && message.path("tool_calls").isEmpty()) {
      ObjectNode fragment = Json.MAPPER.createObjectNode().put("index", 0);
      fragment.set("function", function);
      call(fragment, 0);
    }
    if (Kept.isNothing(message.path("content"))) {
      spoken(text.take(Json.text(choice, "text")));
      spoken(text.take(Json.text(message.path("audio"), "transcript")));
    }
  }

  /** What was held back until the answer is over. */
  void finish() {
    kept.take().ifPresent(this::emit);
    beside.rest().forEach(this::emit);
  }

  private void thought(String piece) {
    if (!piece.isEmpty()) {
      emit(new ModelEvent.Thinking(piece));
    }
  }

  private void spoken(String piece) {
    if (!piece.isEmpty()) {
      emit(new ModelEvent.Text(piece));
    }
  }

  private void emit(ModelEvent event) {
    spoke = true;
    if (event instanceof ModelEvent.Text
        || event instanceof ModelEvent.Refusal
        || event instanceof ModelEvent.ToolCall) {
      kept.take().ifPresent(events::add); // the reasoning before it is over
    }
    events.add(event);
    inText = event instanceof ModelEvent.Text || inText && event instanceof ModelEvent.LeftOut;
    annotate();
  }

  private void annotate() {
    if (inText) {
      events.addAll(beside.takeAnnotations());
    }
  }

  private static JsonNode firstChoice(JsonNode chunk) {
    for (JsonNode choice : chunk.path("choices")) {
      if (choice.path("index").asInt(0) == 0) {
        return choice;
      }
    }
    return MissingNode.getInstance();
  }
}
