package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * Finds the answer among the choices of chunks.
 *
 * <p>One choice was asked for, so whatever comes is that choice, under whatever index: local
 * runtimes count it up per chunk, or begin at 1 or -1. Two things prove that a provider sends
 * several answers all the same, and then the first of them is the answer, as two mixed into one are
 * none: choices of one chunk that say the same kind of thing under different indexes, and an index
 * that goes on after another had said the same kind of thing. Choices that say different kinds of
 * things (text, calls) are halves of one answer.
 *
 * <p>So where an index changes, what it says is held until the next indexes tell which it is: at
 * most {@link #HELD_MAX} pieces, once an answer. For one thread.
 */
final class Choices {

  private static final int HELD_MAX = 8;

  /** By these an object in place of the list is one choice. */
  private static final List<String> ALONE = List.of("delta", "message", "text", "finish_reason");

  private final List<JsonNode> held = new ArrayList<>();
  private OptionalInt first = OptionalInt.empty();
  private boolean several;
  private boolean counted;

  /** The choices of this chunk, and of those before it, that are to be read now. */
  List<JsonNode> of(JsonNode chunk) {
    JsonNode choices = chunk.path("choices");
    if (held.isEmpty()
        && choices.isArray()
        && choices.size() == 1
        && index(choices.path(0)) == first.orElse(Integer.MIN_VALUE)) {
      return List.of(choices.path(0)); // nearly always
    }
    List<JsonNode> answer = new ArrayList<>();
    for (JsonNode choice : halves(choices)) {
      judge(choice, answer);
    }
    return answer;
  }

  /** What is still held at the end, which nothing has proved to be another answer. */
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

  /** The choices of one chunk without those that are other answers. */
  private List<JsonNode> halves(JsonNode choices) {
    List<JsonNode> halves = new ArrayList<>();
    if (ALONE.stream().anyMatch(choices::has)) {
      return List.of(choices); // any other object is a list whose places a proxy made names of
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
