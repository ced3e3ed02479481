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
import dev.everbrook.engine.answer.AnswerEvent.Piece;
import dev.everbrook.model.Failure;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much text is one event of an answer. */
class GranularityTest {

  private static final Granularity WORD = new Granularity.Word();
  private static final Granularity SENTENCE = new Granularity.Sentence();
  private static final Granularity LONG = new Granularity.Every(Granularity.EVERY_MAX);

  /** The number of the first piece of an answer that begins with text. */
  private static final int FIRST = 5;

  private Access access;
  private FakeModel model;
  private TestNode node;

  @BeforeEach
  void start() {
    model = new FakeModel();
    access = TestNode.newDatabase();
    node = TestNode.start(access, model, TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void theTextIsTheSameForAllAndTheFirstPieceIsAtOnce() throws Exception {
    for (Granularity size : List.of(new Granularity.Token(), WORD, SENTENCE, LONG)) {
      Answer answer = ask(node, question("why?").by(size));
      FakeModel.FakeCall call = model.called().says("Be");
      await(node, answer, FIRST + 1);
      call.says("cause it", " is. 😀 So\uD83D", "\uDE00").finishes();

      assertThat(pieces(answer)).startsWith("Be").hasSize(sizeOf(size));
      assertThat(String.join("", pieces(answer))).isEqualTo("Because it is. 😀 So😀");
      assertThat(head(node, answer).body()).contains("Because it is. 😀 So😀");
    }
  }

  private static int sizeOf(Granularity size) {
    return switch (size) {
      case Granularity.Token() -> 4;
      case Granularity.Word() -> 4; // Be, cause , it is. 😀 , So😀
      case Granularity.Sentence() -> 3;
      case Granularity.Every _ -> 2;
    };
  }

  @Test
  void whatIsHeldComesBeforeAnythingElse() throws Exception {
    Answer answer = ask(node, question("why?").by(SENTENCE));
    model
        .called()
        .thinks("Hm,", " so")
        .says("Be", "cause of")
        .calls(0, "call_a", "look")
        .says("And", " so")
        .fails(new Failure.RateLimited("slow down", Optional.of(Duration.ofMillis(1))));
    model.called().says("An", "other").finishes();

    assertThat(pieces(answer))
        .containsExactly("Hm,", " so", "Be", "cause of", "And", " so", "An", "other");
    List<String> kinds =
        log(node, answer).stream().map(it -> it.getClass().getSimpleName()).toList();
    assertThat(kinds).containsSubsequence("Piece", "Piece", "ItemAdded", "Piece", "Waiting");
  }

  @Test
  void aStopKeepsWhatIsHeld() throws Exception {
    Answer answer = ask(node, question("why?").by(LONG));
    model.called().says("Be", "cause");
    await(node, answer, FIRST + 1);
    node.engine().answers().cancel(ANN, answer.stream().publicId());

    assertThat(pieces(answer)).startsWith("Be");
    assertThat(String.join("", pieces(answer))).isEqualTo(head(node, answer).body().orElseThrow());
  }

  @Test
  void whatIsHeldIsHandedOverToo() throws Exception {
    Answer answer = ask(node, question("why?").by(LONG).recovering(Recovery.CONTINUE));
    model.called().says("Be", "cause", " of");
    await(node, answer, FIRST + 1);
    node.close();
    node = TestNode.reading(access);

    Transcript handedOver = Transcript.of(node.engine().log(), answer.stream().id());
    assertThat(handedOver.text()).isEqualTo("Because of");
  }

  @Test
  void textOfASilentModelWaitsNoLongerThanItsTime() throws Exception {
    Answer answer = ask(node, question("why?").by(new Granularity.Every(Duration.ofMillis(500))));
    FakeModel.FakeCall call = model.called().says("Be");
    await(node, answer, FIRST + 1);
    call.says("cause", " it");
    await(node, answer, FIRST + 2);
    call.says(" is");
    await(node, answer, FIRST + 3);
    call.finishes();

    assertThat(pieces(answer)).startsWith("Be").endsWith(" is");
    assertThat(String.join("", pieces(answer))).isEqualTo("Because it is");
  }

  @Test
  void aWordAndASentenceWaitNoLongerThanAPause() throws Exception {
    for (Granularity size : List.of(WORD, SENTENCE)) {
      Answer answer = ask(node, question("why?").by(size));
      FakeModel.FakeCall call = model.called().says("Be", "cau");
      await(node, answer, FIRST + 2);
      call.says("se").finishes();

      assertThat(pieces(answer)).containsExactly("Be", "cau", "se");
    }
  }

  private List<String> pieces(Answer answer) throws InterruptedException {
    return pieces(log(node, answer));
  }

  private static List<String> pieces(List<AnswerEvent> log) {
    return log.stream().filter(Piece.class::isInstance).map(it -> ((Piece) it).text()).toList();
  }
}
