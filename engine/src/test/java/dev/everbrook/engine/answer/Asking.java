package dev.everbrook.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.model.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Asks as Ann and reads what comes of it; every log that is read whole is checked. */
final class Asking {

  static final Principal ANN = new Principal("ann");

  private static final Duration MOST = Duration.ofSeconds(20);

  private Asking() {}

  static Question question(String text) {
    return new Question(ANN, "some-model", List.of(Message.user(text)));
  }

  static Answer ask(TestNode node, String text) {
    return ask(node, question(text));
  }

  static Answer ask(TestNode node, Question question) {
    return node.engine().database().tx(tx -> node.engine().answers().ask(tx, question));
  }

  static Head head(TestNode node, Answer answer) {
    return node.engine().log().head(ANN, answer.stream().publicId()).orElseThrow();
  }

  /** Waits until so many events are there, or the end. */
  static void await(TestNode node, Answer answer, int events) throws InterruptedException {
    try (Tail tail = node.engine().tails().follow(answer.stream(), 0)) {
      while (tail.position() < events) {
        Page page = tail.next(MOST);
        assertThat(page.entries().isEmpty()).as("nothing for " + MOST).isFalse();
      }
    }
  }

  /** The whole log; fails on a gap, a repeated number, a missing end or against the grammar. */
  static List<AnswerEvent> log(TestNode node, Answer answer) throws InterruptedException {
    return bytes(node, answer).stream().map(AnswerEvent::of).toList();
  }

  /** The types of all events; fails as {@link #log} does. */
  static List<String> follow(TestNode node, Answer answer) throws InterruptedException {
    return bytes(node, answer).stream()
        .map(event -> JsonMapper.shared().readTree(event).path("type").asString())
        .toList();
  }

  private static List<byte[]> bytes(TestNode node, Answer answer) throws InterruptedException {
    List<byte[]> log = new ArrayList<>();
    try (Tail tail = node.engine().tails().follow(answer.stream(), 0)) {
      Page page;
      do {
        page = tail.next(MOST);
        assertThat(page.entries().isEmpty() && !page.ended()).as("nothing for " + MOST).isFalse();
        assertThat(page.entries().first()).isEqualTo(log.size());
        log.addAll(page.entries().events());
      } while (!page.ended());
    }
    Grammar.check(log);
    return log;
  }
}
