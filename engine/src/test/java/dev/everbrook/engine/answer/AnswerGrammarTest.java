package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ANN;
import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.await;
import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.log;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.answer.AnswerEvent.Arguments;
import dev.everbrook.engine.answer.AnswerEvent.ArgumentsDone;
import dev.everbrook.engine.answer.AnswerEvent.Cancelled;
import dev.everbrook.engine.answer.AnswerEvent.Completed;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.engine.answer.AnswerEvent.ItemDone;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.answer.AnswerEvent.PartAdded;
import dev.everbrook.engine.answer.AnswerEvent.PartDone;
import dev.everbrook.engine.answer.AnswerEvent.Piece;
import dev.everbrook.engine.answer.AnswerEvent.PieceDone;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Usage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the model says decides which items and parts the log has. */
class AnswerGrammarTest {

  private static final int ENVELOPE = 3;
  private static final Completed COMPLETED = new Completed(Optional.of(new Usage(3, 5)));

  private FakeModel model;
  private TestNode node;

  @BeforeEach
  void start() {
    model = new FakeModel();
    node = TestNode.start(TestNode.newDatabase(), model, TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void reasoningIsAnItemBeforeTheMessage() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().thinks("Hm.", " Hm!").says("Because.").finishes();

    assertThat(items(answer))
        .containsExactly(
            new ItemAdded(new Item.ReasoningItem()),
            new PartAdded(Kind.REASONING),
            new Piece(Kind.REASONING, "Hm."),
            new Piece(Kind.REASONING, " Hm!"),
            new PieceDone(Kind.REASONING),
            new PartDone(),
            done(0),
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new Piece(Kind.TEXT, "Because."),
            new PieceDone(Kind.TEXT),
            new PartDone(),
            done(1),
            COMPLETED);
    assertThat(head(node, answer).body()).contains("Because.");
  }

  @Test
  void callsMayOverlapAndAreClosedInOrderWhenTheModelIsDone() throws Exception {
    Answer answer = ask(node, "what is the weather?");
    model
        .called()
        .says("Let me see.")
        .calls(0, "call_a", "weather")
        .arguments(0, "{\"at\":")
        .calls(1, "call_b", "time")
        .arguments(1, "{}")
        .arguments(0, "\"home\"}")
        .finishes(new FinishReason.ToolCalls());

    assertThat(items(answer))
        .containsExactly(
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new Piece(Kind.TEXT, "Let me see."),
            new PieceDone(Kind.TEXT),
            new PartDone(),
            done(0),
            new ItemAdded(new Item.CallItem("call_a", "weather")),
            new Arguments(1, "{\"at\":"),
            new ItemAdded(new Item.CallItem("call_b", "time")),
            new Arguments(2, "{}"),
            new Arguments(1, "\"home\"}"),
            new ArgumentsDone(1),
            done(1),
            new ArgumentsDone(2),
            done(2),
            COMPLETED);
    assertThat(head(node, answer).state()).isEqualTo(StreamState.DONE);
    assertThat(head(node, answer).body()).contains("Let me see.");
  }

  @Test
  void aRefusalIsAPartOfTheMessage() throws Exception {
    Answer answer = ask(node, "how?");
    model.called().says("Well. ").refuses("No.").finishes();

    assertThat(items(answer))
        .containsExactly(
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new Piece(Kind.TEXT, "Well. "),
            new PieceDone(Kind.TEXT),
            new PartDone(),
            new PartAdded(Kind.REFUSAL),
            new Piece(Kind.REFUSAL, "No."),
            new PieceDone(Kind.REFUSAL),
            new PartDone(),
            done(0),
            COMPLETED);
    assertThat(head(node, answer).body()).contains("Well. No.");
  }

  @Test
  void whatComesAfterCallsIsAnItemOfItsOwn() throws Exception {
    Answer answer = ask(node, "why?");
    model
        .called()
        .calls(0, "call_a", "look")
        .thinks("Hm.")
        .says("And ")
        .arguments(0, "{\uD83D")
        .says("so.")
        .arguments(0, "\uDE00}")
        .finishes();

    List<AnswerEvent> items = items(answer);
    assertThat(items).filteredOn(ItemAdded.class::isInstance).hasSize(3);
    assertThat(items).contains(new Arguments(0, "{"), new Arguments(0, "😀}"), done(0));
    assertThat(head(node, answer).body()).contains("And so.");
  }

  @Test
  void anAnswerWithoutOutputHasAnEmptyMessage() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().finishes();

    assertThat(items(answer))
        .containsExactly(
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new PieceDone(Kind.TEXT),
            new PartDone(),
            done(0),
            COMPLETED);
  }

  @Test
  void aStopClosesWhatIsOpen() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("Well, ").calls(0, "call_a", "look").arguments(0, "{\"a").thinks("Hm");
    await(node, answer, ENVELOPE + 11);
    node.engine().answers().cancel(ANN, answer.stream().publicId());

    assertThat(items(answer))
        .endsWith(
            new PieceDone(Kind.REASONING),
            new PartDone(),
            done(2),
            new ArgumentsDone(1),
            done(1),
            new Cancelled());
  }

  @Test
  void aFailureLeavesOpenWhatIsOpenAndAnotherAttemptCountsFromZero() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().thinks("Hm").fails(new Failure.Truncated("cut"));
    model.called().calls(0, "call_a", "look").fails(new Failure.Truncated("cut"));
    model.called().says("Be").fails(new Failure.Rejected("no", 403));

    assertThat(items(answer))
        .containsSubsequence(
            new Piece(Kind.REASONING, "Hm"),
            new AnswerEvent.Reset(),
            new ItemAdded(new Item.CallItem("call_a", "look")),
            new AnswerEvent.Reset(),
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new Piece(Kind.TEXT, "Be"),
            new AnswerEvent.Failed("key_refused", "no"))
        .doesNotContain(done(0), new PieceDone(Kind.TEXT), new ArgumentsDone(0));
  }

  private List<AnswerEvent> items(Answer answer) throws InterruptedException {
    List<AnswerEvent> log = log(node, answer);
    return log.subList(ENVELOPE, log.size());
  }

  private static ItemDone done(int item) {
    return new ItemDone(OptionalInt.of(item));
  }
}
