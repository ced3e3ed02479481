package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ANN;
import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.await;
import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.log;
import static dev.everbrook.engine.answer.Asking.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.answer.AnswerEvent.Address;
import dev.everbrook.engine.answer.AnswerEvent.Annotation;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.engine.answer.AnswerEvent.ItemDone;
import dev.everbrook.engine.answer.AnswerEvent.Keep;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.answer.AnswerEvent.LeftOut;
import dev.everbrook.engine.answer.AnswerEvent.PartAdded;
import dev.everbrook.engine.answer.AnswerEvent.PartDone;
import dev.everbrook.engine.answer.AnswerEvent.Piece;
import dev.everbrook.engine.answer.AnswerEvent.PieceDone;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.ModelEvent;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an answer has beside text stands in its log, in its place. */
class BesideTextTest {

  private static final int ENVELOPE = 3;
  private static final ModelEvent.Media PICTURE =
      new ModelEvent.Media(ModelEvent.Media.Kind.IMAGE, "https://h/p.png");
  private static final ModelEvent.LeftOut LEFT_OUT = new ModelEvent.LeftOut("video", "No.");
  private static final ModelEvent.Annotation SOURCE =
      new ModelEvent.Annotation("{\"type\":\"url_citation\",\"url\":\"https://w\"}");

  private static FakeModel model;
  private static TestNode node;

  @BeforeAll
  static void start() {
    model = new FakeModel();
    node = TestNode.start(TestNode.newDatabase(), model, TestNode.QUICK);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void aPictureIsAnItemAndTheTextAfterItAnother() throws Exception {
    Answer answer = ask(node, "draw");
    model.called().says("Look:").does(PICTURE).says("Nice?").finishes();

    assertThat(items(answer))
        .containsSubsequence(
            new Piece(Kind.TEXT, "Look:"),
            new ItemDone(OptionalInt.of(0)),
            new ItemAdded(new Item.MediaItem(ModelEvent.Media.Kind.IMAGE)),
            new Address(1, "https://h/p.png"),
            new ItemDone(OptionalInt.of(1)),
            new ItemAdded(new Item.MessageItem()),
            new Piece(Kind.TEXT, "Nice?"));
    assertThat(head(node, answer).body())
        .contains("Look:\n\n[A picture that is not shown here.]\n\nNice?");
    assertThat(Transcript.of(node.engine().log(), answer.stream().id()).text())
        .isEqualTo(head(node, answer).body().orElseThrow());
  }

  @Test
  void aPictureOfManyMegabytesIsWholeAndEndsNoAnswer() throws Exception {
    String url = "data:image/png;base64," + "iVBO".repeat(ModelEvent.Media.CHARS_MAX / 4 - 8);
    Answer answer = ask(node, "draw");
    model
        .called()
        .does(new ModelEvent.Media(ModelEvent.Media.Kind.IMAGE, url))
        .says("So.")
        .finishes();

    String stored =
        log(node, answer).stream()
            .filter(Address.class::isInstance)
            .map(it -> ((Address) it).text())
            .collect(Collectors.joining());
    assertThat(stored.equals(url)).isTrue();
    assertThat(head(node, answer).state()).isEqualTo(StreamState.DONE);
  }

  @Test
  void anAnnotationStandsInItsTextAndWithoutTextInAnEmptyOne() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("So.").does(SOURCE).says(" Yes.").finishes();
    assertThat(items(answer))
        .containsSubsequence(
            new Piece(Kind.TEXT, "So."),
            new Annotation(SOURCE.json()),
            new Piece(Kind.TEXT, " Yes."),
            new PieceDone(Kind.TEXT));

    Answer silent = ask(node, "why?");
    model.called().thinks("Hm").does(SOURCE).finishes();
    assertThat(items(silent))
        .containsSubsequence(
            new ItemAdded(new Item.MessageItem()),
            new PartAdded(Kind.TEXT),
            new Annotation(SOURCE.json()),
            new PieceDone(Kind.TEXT));
  }

  @Test
  void whatIsKeptStandsInItsReasoningBeforeThatEndsAndInItsCall() throws Exception {
    Answer answer = ask(node, "why?");
    model
        .called()
        .thinks("Hm")
        .does(keep(OptionalInt.empty()))
        .calls(0, "call_a", "look")
        .does(keep(OptionalInt.of(0)))
        .arguments(0, "{}")
        .finishes(new FinishReason.ToolCalls());

    assertThat(items(answer))
        .containsSubsequence(
            new Piece(Kind.REASONING, "Hm"),
            new Keep(0, "{\"fields\":{\"a\":1}}"),
            new PieceDone(Kind.REASONING),
            new PartDone(),
            new ItemDone(OptionalInt.of(0)),
            new ItemAdded(new Item.CallItem("call_a", "look")),
            new Keep(1, "{\"fields\":{\"a\":1}}"),
            new ItemDone(OptionalInt.of(1)));
  }

  @Test
  void whatIsKeptOfAMessageHasReasoningOfItsOwn() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("So.").does(keep(OptionalInt.empty())).finishes();
    assertThat(items(answer))
        .containsSubsequence(
            new Piece(Kind.TEXT, "So."),
            new ItemAdded(new Item.ReasoningItem()),
            new Keep(1, "{\"fields\":{\"a\":1}}"),
            new PartAdded(Kind.REASONING),
            new ItemDone(OptionalInt.of(1)));
  }

  @Test
  void whatWasLeftOutIsTold() throws Exception {
    Answer answer = ask(node, "why?");
    model
        .called()
        .says("So")
        .does(new ModelEvent.LeftOut("video", "No.\u0000"))
        .says(".")
        .finishes();
    assertThat(items(answer)).contains(new LeftOut("video", "No.\uFFFD"));
  }

  @Test
  void whatIsToldStandsWhereAWordEnds() throws Exception {
    for (Granularity size : List.of(new Granularity.Token(), new Granularity.Word())) {
      Answer answer = ask(node, question("why?").by(size));
      model.called().says("Hel").does(LEFT_OUT).says("lo", " you").finishes();
      assertThat(body(answer)).isEqualTo("Hello\n\n[No.]\n\n you");

      answer = ask(node, question("why?").by(size));
      model.called().says("Hello ").does(LEFT_OUT).says("you").finishes();
      assertThat(body(answer)).isEqualTo("Hello \n\n[No.]\n\nyou");

      answer = ask(node, question("why?").by(size));
      model.called().says("Hel").does(LEFT_OUT).says("lo").finishes();
      assertThat(body(answer)).isEqualTo("Hello\n\n[No.]\n\n");

      answer = ask(node, question("why?").by(size));
      model.called().says("Hel").does(LEFT_OUT, PICTURE).says("lo").finishes();
      assertThat(body(answer)).startsWith("Hel\n\n[No.]\n\n");
    }
  }

  @Test
  void whatAnAttemptTellsThatSaysNothingElseIsToldOnce() throws Exception {
    for (Recovery recovery : Recovery.values()) {
      Answer answer = ask(node, question("why?").recovering(recovery));
      model.called().does(LEFT_OUT).fails(new Failure.Truncated("cut"));
      model.called().does(LEFT_OUT).says("So.").finishes();
      assertThat(body(answer)).as("%s", recovery).isEqualTo("\n\n[No.]\n\nSo.");
      assertThat(items(answer)).containsOnlyOnce(new AnswerEvent.Reset());
    }
  }

  @Test
  void anAnswerWithAPictureThatBreaksOffBeginsAnew() throws Exception {
    Answer answer = ask(node, question("draw").recovering(Recovery.CONTINUE));
    model.called().does(PICTURE).says("Look").fails(new Failure.Truncated("cut"));
    FakeModel.FakeCall second = model.called();
    assertThat(second.request().continuing()).isFalse();
    second.says("Again.").finishes();
    assertThat(items(answer)).contains(new AnswerEvent.Reset());
  }

  @Test
  void aStopClosesWhatStands() throws Exception {
    Answer answer = ask(node, "draw");
    model.called().does(PICTURE, SOURCE);
    await(node, answer, ENVELOPE + 6);
    node.engine().answers().cancel(ANN, answer.stream().publicId());
    assertThat(items(answer)).endsWith(new AnswerEvent.Cancelled()); // the grammar is checked
  }

  private static String body(Answer answer) throws InterruptedException {
    log(node, answer);
    return head(node, answer).body().orElseThrow();
  }

  private static ModelEvent keep(OptionalInt slot) {
    return new ModelEvent.Keep(slot, "{\"fields\":{\"a\":1}}");
  }

  private static List<AnswerEvent> items(Answer answer) throws InterruptedException {
    List<AnswerEvent> log = log(node, answer);
    return log.subList(ENVELOPE, log.size());
  }
}
