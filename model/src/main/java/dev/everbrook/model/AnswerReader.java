package dev.everbrook.model;

import java.util.Optional;
import java.util.Queue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Makes events of the chunks of one answer. Tolerant by design: an absent, null or odd field is
 * nothing, and only the first of several choices is read. For one thread.
 */
final class AnswerReader {

  private final String askedModel;
  private final Queue<ModelEvent> events;
  private final ToolSlots tools = new ToolSlots();
  private final WholeCharacters text = new WholeCharacters();
  private final WholeCharacters thinking = new WholeCharacters();
  private final WholeCharacters refusal = new WholeCharacters();
  private boolean started;
  private boolean spoke;
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
    delta(choice.path(choice.has("delta") ? "delta" : "message"));
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
      emit(tools.read(fragment, position++));
    }
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
    events.add(event);
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
