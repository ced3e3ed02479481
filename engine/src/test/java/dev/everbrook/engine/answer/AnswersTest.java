package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ANN;
import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.follow;
import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.Failure;
import dev.everbrook.model.Message;
import dev.everbrook.model.Parameters;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswersTest {

  private Access access;
  private FakeModel model;
  private TestNode node;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    model = new FakeModel();
    node = TestNode.start(access, model, TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void anAnswerIsPouredIntoItsStreamAndEndsIt() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("Be", "cause.").finishes();

    List<String> types = follow(node, answer);

    assertThat(types)
        .containsExactly(
            "created",
            "queued",
            "started",
            "item.added",
            "part.added",
            "text",
            "text",
            "text.done",
            "part.done",
            "item.done",
            "completed");
    Head head = head(node, answer);
    assertThat(head.state()).isEqualTo(StreamState.DONE);
    assertThat(head.body()).contains("Because.");
    assertThat(head.events()).hasValue(types.size());
    assertThat(head.usage().orElseThrow()).contains("\"inputTokens\": 3");
  }

  @Test
  void howManyEventsAnOpenStreamWillHaveIsNotKnown() throws Exception {
    Answer answer = ask(node, "why?");

    assertThat(head(node, answer).events()).isEmpty();
    model.called().finishes();
    follow(node, answer);
    assertThat(head(node, answer).events()).hasValue(9);
  }

  @Test
  void aModelIsCalledByTheNameThatWasAskedForThoughNoLaneMayHaveIt() throws Exception {
    String name = "line\nbreak \u0085";
    Answer answer =
        node.engine()
            .database()
            .tx(tx ->
                node.engine()
                    .answers()
                    .ask(tx, new Question(ANN, name, List.of(Message.user("why?")))));

    FakeModel.FakeCall call = model.called();
    assertThat(call.request().model()).isEqualTo(name);
    call.finishes();
    follow(node, answer);
  }

  @Test
  void aTransactionThatRollsBackAsksNothing() throws Exception {
    try {
      node.engine()
          .database()
          .tx(tx -> {
            node.engine().answers().ask(tx, question("why?"));
            throw new IllegalStateException("changed my mind");
          });
    } catch (IllegalStateException _) {
      // As intended.
    }
    Answer other = ask(node, "and now?");

    assertThat(model.called().request().messages().getLast()).isEqualTo(Message.user("and now?"));
    assertThat(model.wasCalledAgain()).isFalse();
    node.engine().answers().cancel(ANN, other.stream().publicId());
  }

  @Test
  void aCutAnswerBeginsAnewInTheSameStreamWithoutANumberUsedTwice() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("Half an ").fails(new Failure.Truncated("the stream broke"));
    model.called().says("A whole answer.").finishes();

    List<String> types = follow(node, answer);

    assertThat(types).containsSubsequence("text", "waiting", "reset", "text", "completed");
    assertThat(types).containsOnlyOnce("started", "reset");
    assertThat(head(node, answer).body()).contains("A whole answer.");
  }

  @Test
  void whereTheModelAllowsItACutAnswerIsContinued() throws Exception {
    node.close();
    node = TestNode.start(access, model, TestNode.QUICK.continuing(true));
    Answer answer = ask(node, "why?");
    model.called().says("Half an ").fails(new Failure.Truncated("the stream broke"));
    FakeModel.FakeCall second = model.called();

    assertThat(second.request().continuing()).isTrue();
    assertThat(second.request().messages().getLast()).isEqualTo(Message.assistant("Half an "));
    second.says("answer.").finishes();
    assertThat(follow(node, answer)).doesNotContain("reset");
    assertThat(head(node, answer).body()).contains("Half an answer.");
  }

  @Test
  void aModelThatRefusesToGoOnIsAskedAnew() throws Exception {
    node.close();
    node = TestNode.start(access, model, TestNode.QUICK.continuing(true));
    Answer answer = ask(node, "why?");
    model.called().says("Half an ").fails(new Failure.Truncated("the stream broke"));
    model.called().fails(new Failure.Rejected("unknown field continue_final_message", 400));
    model.called().says("A whole answer.").finishes();

    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("A whole answer.");
  }

  @Test
  void whatCannotSucceedIsNotTriedAgain() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().fails(new Failure.Rejected("no such model", 404));

    assertThat(follow(node, answer)).endsWith("failed").doesNotContain("waiting");
    assertThat(head(node, answer).state()).isEqualTo(StreamState.FAILED);
    assertThat(head(node, answer).error().orElseThrow()).contains("no such model");
    assertThat(model.wasCalledAgain()).isFalse();
  }

  @Test
  void attemptsAreBoundedAndTheTextSoFarIsKept() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().fails(new Failure.Overloaded("busy"));
    model.called().fails(new Failure.Overloaded("busy"));
    model.called().says("Nearly").fails(new Failure.Overloaded("busy for good"));

    assertThat(follow(node, answer)).endsWith("failed");
    assertThat(head(node, answer).body()).contains("Nearly");
    assertThat(head(node, answer).error().orElseThrow()).contains("busy for good");
  }

  @Test
  void aRateLimitUsesUpNoAttempt() throws Exception {
    Answer answer = ask(node, "why?");
    for (int i = 0; i < 5; i++) {
      model.called().fails(new Failure.RateLimited("slow down", Optional.of(Duration.ofMillis(1))));
    }
    model.called().says("Now.").finishes();

    assertThat(follow(node, answer)).endsWith("completed");
    assertThat(head(node, answer).body()).contains("Now.");
  }

  @Test
  void stoppingKeepsThePartialTextAndClosesTheCall() throws Exception {
    Answer answer = ask(node, "why?");
    FakeModel.FakeCall call = model.called().says("Part of ");
    try (Tail tail = node.engine().tails().follow(answer.stream(), 5)) {
      tail.next(Duration.ofSeconds(10));
    }

    assertThat(node.engine().answers().cancel(ANN, answer.stream().publicId()))
        .contains(StreamState.CANCELLED);
    assertThat(call.isCancelled()).isTrue();
    assertThat(head(node, answer).body()).contains("Part of ");
    assertThat(node.engine().answers().cancel(ANN, answer.stream().publicId()))
        .contains(StreamState.CANCELLED);
  }

  @Test
  void stoppingWorksFromAnotherNode() throws Exception {
    Answer answer = ask(node, "why?");
    FakeModel.FakeCall call = model.called().says("Part");
    try (TestNode other = TestNode.reading(access)) {
      assertThat(other.engine().answers().cancel(ANN, answer.stream().publicId()))
          .contains(StreamState.CANCELLED);
    }
    assertThat(call.isCancelled()).isTrue();
  }

  @Test
  void anAnswerThatStillWaitsIsStoppedAtOnce() throws Exception {
    try (TestNode other = TestNode.reading(TestNode.newDatabase())) {
      Answer answer = ask(other, "why?");

      assertThat(other.engine().answers().cancel(ANN, answer.stream().publicId()))
          .contains(StreamState.CANCELLED);
      assertThat(follow(other, answer)).endsWith("cancelled");
    }
  }

  @Test
  void aForeignStreamIsAsAbsentAsNone() throws Exception {
    Answer answer = ask(node, "why?");
    Principal bob = new Principal("bob");

    assertThat(node.engine().log().head(bob, answer.stream().publicId())).isEmpty();
    assertThat(node.engine().answers().cancel(bob, answer.stream().publicId())).isEmpty();
    model.called().finishes();
    assertThat(follow(node, answer)).endsWith("completed");
  }

  @Test
  void aNodeThatLeavesHandsItsAnswerOver() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("First ");
    try (Tail tail = node.engine().tails().follow(answer.stream(), 5)) {
      tail.next(Duration.ofSeconds(10));
    }
    node.close();
    FakeModel second = new FakeModel();
    node = TestNode.start(access, second, TestNode.QUICK);

    second.called().says("Second.").finishes();
    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("Second.");
  }

  @Test
  void aNodeThatDiesIsNoticedAndItsLateTokensGoNowhere() throws Exception {
    FakeModel dying = new FakeModel();
    Answer answer;
    FakeModel.FakeCall late;
    node.close();
    TestNode dead = TestNode.start(access, dying, TestNode.QUICK);
    answer = ask(dead, "why?");
    late = dying.called().says("Old ");
    try (Tail tail = dead.engine().tails().follow(answer.stream(), 5)) {
      tail.next(Duration.ofSeconds(10));
    }
    dead.die();
    node = TestNode.start(access, model, TestNode.QUICK);
    late.says("late ", "tokens");

    model.called().says("New.").finishes();
    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("New.");
  }

  @Test
  void splitCharactersAndNulAreStoredAsTheyMustBe() throws Exception {
    Answer answer = ask(node, "why?");
    model.called().says("a\uD83D", "\uDE00b\0", "\uDC00").finishes();

    follow(node, answer);
    assertThat(head(node, answer).body()).contains("a😀b\uFFFD\uFFFD");
  }

  @Test
  void whatIsAskedReachesTheModelAsItWasSaid() throws Exception {
    String schema = "{\"z\": 1.50, \"a\": {\"y\": \"\\u0000\", \"b\": [], \"y2\": 1e2}}";
    String wire = "{\"role\":\"user\",\"name\":\"ann\",\"content\":\"why\\u0000?\"}";
    Question question =
        new Question(ANN, "some-model", List.of(new Message.Wire(wire), Message.user("a\0b")));
    Answer answer = ask(node, question.with(new Parameters(schema)));
    FakeModel.FakeCall call = model.called();

    assertThat(call.request().parameters().json()).isEqualTo(schema);
    assertThat(call.request().messages())
        .containsExactly(new Message.Wire(wire), Message.user("a\0b"));
    call.finishes();
    assertThat(follow(node, answer)).endsWith("completed");
  }

  @Test
  void aStreamThatIsNoAnswerIsNotThereToBeStopped() throws Exception {
    ChannelName name = new ChannelName(ANN, "room");
    node.engine().channels().create(NewChannel.of(name, new ContentType("text/plain")));
    UUID channel = node.engine().channels().find(name).orElseThrow().ref().publicId();

    assertThat(node.engine().answers().cancel(ANN, channel)).isEmpty();
    assertThat(node.engine().log().head(ANN, channel).orElseThrow().isOpen()).isTrue();
  }

  @Test
  void anAnswerPastItsDeadlineFailsAndSaysSo() throws Exception {
    node.close();
    node = TestNode.start(access, model, TestNode.QUICK.within(Duration.ofSeconds(2)));
    Answer answer = ask(node, "why?");
    FakeModel.FakeCall call = model.called().says("So slow");

    assertThat(follow(node, answer)).endsWith("failed");
    assertThat(call.isCancelled()).isTrue();
    assertThat(head(node, answer).error().orElseThrow()).contains("deadline");
    assertThat(head(node, answer).body()).contains("So slow");
  }
}
