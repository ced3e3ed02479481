package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.ask;
import static dev.everbrook.engine.answer.Asking.await;
import static dev.everbrook.engine.answer.Asking.follow;
import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Message;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an answer that broke off, as each answer says. */
class RecoveryTest {

  private static final Failure CUT = new Failure.Truncated("the stream broke");

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
  void anAnswerThatIsToBeContinuedIsSoThoughOthersAreNot() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.CONTINUE));
    model.called().thinks("Hm").says("Half an ").fails(CUT);
    FakeModel.FakeCall second = model.called();

    assertThat(second.request().continuing()).isTrue();
    assertThat(second.request().messages().getLast()).isEqualTo(Message.assistant("Half an "));
    second.says("answer.").finishes();
    assertThat(follow(node, answer)).doesNotContain("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("Half an answer.");
  }

  @Test
  void anAnswerThatHasBegunToCallToolsBeginsAnewInstead() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.CONTINUE));
    model.called().says("Let me see.").calls(0, "call_a", "look").arguments(0, "{").fails(CUT);
    FakeModel.FakeCall second = model.called();

    assertThat(second.request().continuing()).isFalse();
    second.calls(0, "call_b", "look").arguments(0, "{}").finishes(new FinishReason.ToolCalls());
    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("");
  }

  @Test
  void anAnswerThatHasOnlyThoughtBeginsAnewInstead() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.CONTINUE));
    model.called().thinks("Hm").fails(CUT);
    FakeModel.FakeCall second = model.called();

    assertThat(second.request().continuing()).isFalse();
    second.says("So.").finishes();
    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
  }

  @Test
  void anAnswerThatIsToBeginAnewDoesSoThoughOthersGoOn() throws Exception {
    node.close();
    node = TestNode.start(access, model, TestNode.QUICK.continuing(true));
    Answer answer = ask(node, question("why?").recovering(Recovery.RESTART));
    model.called().says("Half an ").fails(CUT);
    model.called().says("A whole answer.").finishes();

    assertThat(follow(node, answer)).containsOnlyOnce("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("A whole answer.");
  }

  @Test
  void anAnswerThatIsToFailKeepsItsTextAndSaysThatItWasInterrupted() throws Exception {
    for (Failure failure : List.of(CUT, new Failure.RateLimited("slow down", Optional.empty()))) {
      Answer answer = ask(node, question("why?").recovering(Recovery.FAIL));
      model.called().says("Half an ").fails(failure);

      assertThat(follow(node, answer)).endsWith("text", "failed").doesNotContain("waiting");
      assertThat(head(node, answer).state()).isEqualTo(StreamState.FAILED);
      assertThat(head(node, answer).body()).contains("Half an ");
      assertThat(head(node, answer).error().orElseThrow())
          .contains("interrupted", failure.message());
    }
    assertThat(model.wasCalledAgain()).isFalse();
  }

  @Test
  void anAnswerThatIsToFailAndHasShownNothingIsAskedAgain() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.FAIL));
    model.called().fails(new Failure.Overloaded("busy"));
    model.called().fails(new Failure.RateLimited("slow", Optional.of(Duration.ofMillis(1))));
    model.called().says("Now.").finishes();

    assertThat(follow(node, answer)).doesNotContain("reset").endsWith("completed");
  }

  @Test
  void anAnswerThatIsToFailDoesSoWhenItsNodeIsGone() throws Exception {
    FakeModel dying = new FakeModel();
    node.close();
    TestNode dead = TestNode.start(access, dying, TestNode.QUICK);
    Answer answer = ask(dead, question("why?").recovering(Recovery.FAIL));
    dying.called().says("Half an ");
    await(dead, answer, 6);
    dead.die();
    node = TestNode.start(access, model, TestNode.QUICK);

    assertThat(follow(node, answer)).endsWith("text", "failed");
    assertThat(head(node, answer).body()).contains("Half an ");
    assertThat(head(node, answer).error().orElseThrow()).contains("interrupted");
    assertThat(model.wasCalledAgain()).isFalse();
  }

  @Test
  void anAnswerWhoseLastEventsAFailoverLostGoesOnFromWhatIsLeft() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.CONTINUE));
    FakeModel.FakeCall first = model.called().says("Half an ");
    await(node, answer, 6);
    long kept = node.engine().log().read(answer.stream().id(), 0).entries().next();
    first.says("end that ");
    await(node, answer, (int) kept + 1);
    failover(answer, "AND seq >= " + kept);
    first.says("is lost").fails(CUT);

    FakeModel.FakeCall second = model.called();
    assertThat(second.request().messages().getLast()).isEqualTo(Message.assistant("Half an "));
    second.says("answer.").finishes();
    assertThat(follow(node, answer)).doesNotContain("reset").endsWith("completed");
    assertThat(head(node, answer).body()).contains("Half an answer.");
  }

  @Test
  void anAnswerWhoseLogIsDamagedInTheMiddleEndsAsFailed() throws Exception {
    Answer answer = ask(node, question("why?").recovering(Recovery.CONTINUE));
    FakeModel.FakeCall first = model.called().says("Half an ");
    await(node, answer, 6);
    node.engine()
        .database()
        .update(
            "DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq = 0", answer.stream().id());
    first.fails(CUT);

    Head head = ended(answer);
    assertThat(head.state()).isEqualTo(StreamState.FAILED);
    assertThat(head.error().orElseThrow()).contains("damaged at event 0");
    assertThat(model.wasCalledAgain()).isFalse();
  }

  private void failover(Answer answer, String lost) {
    node.engine()
        .database()
        .update("DELETE FROM everbrook.chunk WHERE stream_id = ? " + lost, answer.stream().id());
    node.engine()
        .database()
        .list(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            row -> true);
  }

  private Head ended(Answer answer) {
    Head head = head(node, answer);
    while (head.isOpen()) {
      Await.rest();
      head = head(node, answer);
    }
    return head;
  }
}
