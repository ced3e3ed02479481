package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * Finds the answer among the choices of chunks.
 *
 * <p>The request asks for one choice, so by default every choice belongs to it, whatever its index:
 * local runtimes increment the index per chunk, or begin at 1 or -1. Two signs prove that a
 * provider nevertheless sends several answers: choices of one chunk with the same kind of content
 * under different indexes, and an index that continues after another index had the same kind of
 * content. Then the first answer counts and the others are dropped, since a mixture would be
 * useless. Choices with different kinds of content (text, calls) are halves of one answer.
 *
 * <p>So when the index changes, the choice is held until the next indexes decide the case: at most
 * {@link #HELD_MAX} pieces, once an answer. For one thread.
 */
final class Choices {

  private static final int HELD_MAX = 8;

  /** Fields that identify an object in place of the list as one choice. */
  private static final List<String> ALONE = List.of("delta", "message", "text", "finish_reason");

  private final List<JsonNode> held = new ArrayList<>();
  private OptionalInt first = OptionalInt.empty();
  private boolean several;
  private boolean counted;

  /** The choices of this and earlier chunks that can be read now. */
  List<JsonNode> of(JsonNode chunk) {
    JsonNode choices = chunk.path("choices");
    if (held.isEmpty()
        && choices.isArray()
        && choices.size() == 1
        && index(choices.path(0)) == first.orElse(Integer.MIN_VALUE)) {
      return List.of(choices.path(0)); // the usual case
    }
    List<JsonNode> answer = new ArrayList<>();
    for (JsonNode choice : halves(choices)) {
      judge(choice, answer);
    }
    return answer;
  }

  /** The choices still held at the end; they are not proved to be another answer. */
  List<JsonNode> rest() {
    List<JsonNode> rest = List.copyOf(held);
    held.clear();
    return rest;
  }

  private void judge(JsonNode choice, List<JsonNode> answer) {
    int index = index(choice);
    boolean isFirst = index == first.orElse(index);
    if (!Deltas.speaks(choice)) {
      if (isFirst || !several) {
        answer.add(choice);
      }
      return;
    }
    first = OptionalInt.of(first.orElse(index));
    if (isFirst) {
      if (held.stream().anyMatch(other -> Deltas.says(choice, other))) {
        several = true;
        held.clear();
      }
      counted |= !held.isEmpty();
      answer.addAll(rest());
      answer.add(choice);
    } else if (counted) {
      answer.add(choice);
    } else if (!several) {
      boolean third = !held.isEmpty() && index(held.getLast()) != index;
      held.add(choice);
      if (third || held.size() == HELD_MAX || !Reasons.word(choice).isEmpty()) {
        counted = true;
        answer.addAll(rest());
      }
    }
  }

  /** The choices of one chunk without those of other answers. */
  private List<JsonNode> halves(JsonNode choices) {
    List<JsonNode> halves = new ArrayList<>();
    if (ALONE.stream().anyMatch(choices::has)) {
      return List.of(choices); // any other object is a list whose indexes a proxy turned into names
    }
    for (JsonNode choice : choices) {
      if (!choice.isObject()) {
        continue;
      }
      if (index(choice) == first.orElse(Integer.MIN_VALUE)) {
        halves.removeIf(other -> isAnother(other, choice));
      }
      if (halves.stream().noneMatch(half -> isAnother(choice, half))) {
        halves.add(choice);
      }
    }
    return halves;
  }

  private static boolean isAnother(JsonNode choice, JsonNode half) {
    return index(choice) != index(half)
        && (Deltas.says(choice, half) || !(Deltas.speaks(choice) || Deltas.speaks(half)));
  }

  private static int index(JsonNode choice) {
    return choice.path("index").asInt(0);
  }
}
