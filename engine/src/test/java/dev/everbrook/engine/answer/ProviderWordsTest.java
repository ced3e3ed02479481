package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.follow;
import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.log;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever words a provider uses, they are stored and passed on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProviderWordsTest {

  /** What PostgreSQL cannot store as it is: the character 0, and half a pair of surrogates. */
  private static final String BAD = "a\0b\ud83d";

  private static final String FIT = "a\uFFFDb\uFFFD";

  private final FakeModel model = new FakeModel();
  private TestNode node;

  @BeforeAll
  void start() {
    node = TestNode.start(TestNode.newDatabase(), model, TestNode.QUICK);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void aFinishWordThatNobodyKnowsIsPassedOnThoughItHoldsWhatCannotBeStored() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("So").finishes(new FinishReason.Other(BAD));

    assertThat(log(node, answer).getLast())
        .isInstanceOfSatisfying(
            AnswerEvent.Incomplete.class, end -> assertThat(end.reason()).isEqualTo(FIT));
    assertThat(head(node, answer).state()).isEqualTo(StreamState.INCOMPLETE);
    assertThat(head(node, answer).body()).contains("So");
    assertThat(head(node, answer).error().orElseThrow()).contains(FIT);
  }

  static Stream<Failure> failures() {
    return Stream.of(
        new Failure.Rejected(BAD, 400),
        new Failure.Protocol(BAD),
        new Failure.Overloaded(BAD),
        new Failure.Truncated(BAD),
        new Failure.RateLimited(BAD, Optional.of(Duration.ofHours(1))),
        new Failure.QuotaExhausted(BAD),
        new Failure.ContextTooLong(BAD));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theWordsOfAFailureAreStored(Failure failure) throws Exception {
    Answer answer = ask(node, "why?");
    int attempts = failure instanceof Failure.RateLimited || !failure.worthRetrying() ? 1 : 3;
    for (int i = 0; i < attempts; i++) {
      model.called().says("So").fails(failure);
    }

    assertThat(follow(node, answer)).endsWith("failed");
    assertThat(head(node, answer).error().orElseThrow()).contains(FIT);
    assertThat(head(node, answer).body()).contains("So");
  }

  @Test
  void aCallOfAToolIsStoredThoughItsFieldsHoldWhatCannotBe() throws Exception {
    Answer answer = ask(node, "why?");
    model
        .called()
        .thinks(BAD)
        .refuses(BAD)
        .calls(0, BAD, BAD)
        .arguments(0, BAD)
        .finishes(new FinishReason.ToolCalls());

    List<AnswerEvent> log = log(node, answer);
    assertThat(log)
        .contains(new AnswerEvent.ItemAdded(new AnswerEvent.Item.CallItem(FIT, FIT)))
        .last()
        .isInstanceOf(AnswerEvent.Completed.class);
    assertThat(head(node, answer).state()).isEqualTo(StreamState.DONE);
  }

  @Test
  void linesThatWereNoEventsAreCounted() throws Exception {
    var registry = new SimpleMeterRegistry();
    Metrics.addRegistry(registry);
    try {
      Answer answer = ask(node, "why?");
      model.called().says("So").skips(3).finishes();

      assertThat(follow(node, answer)).endsWith("completed");
      assertThat(
              registry
                  .get("everbrook.model.skipped.lines")
                  .tag("model", "some-model")
                  .counter()
                  .count())
          .isEqualTo(3);
    } finally {
      Metrics.removeRegistry(registry);
    }
  }
}
