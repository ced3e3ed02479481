package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.Ending;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An owner pauses after any event of its answer, its incarnation is ended, another goes on, and
 * then the old owner wakes up and writes.
 *
 * <p>The old owner is a node that works on nothing by itself: the test holds its pen, and so stops
 * it between any two events.
 */
class WriterDeathTest {

  private static final Logger log = LoggerFactory.getLogger(WriterDeathTest.class);

  private static final String TAKE =
      """
      UPDATE everbrook.job SET state = 'running', owner = ?, run = run + 1, attempt = attempt + 1
       WHERE id = ?
      """;

  private static final List<AnswerEvent> WRITTEN =
      List.of(
          new AnswerEvent.Started(),
          new AnswerEvent.ItemAdded(new Item.ReasoningItem()),
          new AnswerEvent.PartAdded(Kind.REASONING),
          new AnswerEvent.Piece(Kind.REASONING, "hm "),
          new AnswerEvent.PieceDone(Kind.REASONING),
          new AnswerEvent.PartDone(),
          new AnswerEvent.ItemDone(OptionalInt.of(0)),
          new AnswerEvent.ItemAdded(new Item.MessageItem()),
          new AnswerEvent.PartAdded(Kind.TEXT),
          new AnswerEvent.Piece(Kind.TEXT, "w1 "),
          new AnswerEvent.Piece(Kind.TEXT, "w2 "),
          new AnswerEvent.Waiting("busy", Optional.empty()),
          new AnswerEvent.Piece(Kind.TEXT, "w3 "),
          new AnswerEvent.PieceDone(Kind.TEXT),
          new AnswerEvent.PartDone(),
          new AnswerEvent.ItemDone(OptionalInt.of(1)),
          new AnswerEvent.ItemAdded(new Item.CallItem("call_a", "look")),
          new AnswerEvent.Arguments(2, "{"),
          new AnswerEvent.ArgumentsDone(2));

  private Access access;
  private RecitingModel model;
  private TestNode old;
  private TestNode node;

  /**
   * An answer that the old owner has begun.
   *
   * @param events how many it has written after the envelope
   */
  private record Begun(
      Answer answer,
      Recovery recovery,
      int events,
      StreamWriter pen,
      Watcher there,
      Watcher here) {}

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    model = RecitingModel.freed(6);
    old = TestNode.reading(access);
    node = TestNode.start(access, model, TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    old.close();
    node.close();
  }

  @RepeatedTest(3)
  void itsLateTokensGoNowhereWhereverItStopped() throws Exception {
    long seed = System.nanoTime();
    log.info("who wakes up when is drawn from seed {}", seed);
    Random chance = new Random(seed);
    List<Begun> all = new ArrayList<>();
    for (Recovery recovery : Recovery.values()) {
      for (int events = 0; events <= WRITTEN.size(); events++) {
        all.add(begin(recovery, events));
      }
    }
    node.engine()
        .database()
        .update("DELETE FROM everbrook.node WHERE id = ?", old.engine().membership().node());
    for (Begun begun : all) {
      if (chance.nextBoolean()) {
        wakeUp(begun, chance); // before another goes on, or while
      }
    }
    for (Begun begun : all) {
      assertUnbroken(begun);
      wakeUp(begun, chance);
      assertUnbroken(begun);
    }
  }

  private Begun begin(Recovery recovery, int events) throws InterruptedException {
    Answer answer =
        old.engine()
            .database()
            .tx(tx -> {
              Answer asked = old.engine().answers().ask(tx, question("why?").recovering(recovery));
              tx.update(TAKE, old.engine().membership().node(), asked.job());
              return asked;
            });
    StreamWriter pen = old.engine().streams().open(answer.stream().id()).orElseThrow();
    for (AnswerEvent event : WRITTEN.subList(0, events)) {
      pen.append(event.json());
    }
    pen.flush();
    return new Begun(
        answer, recovery, events, pen, Watcher.on(old, answer), Watcher.on(node, answer));
  }

  private static void wakeUp(Begun begun, Random chance) {
    assertThatThrownBy(
            () -> {
              begun.pen().append(new AnswerEvent.Piece(Kind.TEXT, "LATE").json());
              if (chance.nextBoolean()) {
                begun
                    .pen()
                    .end(
                        List.of(new AnswerEvent.Completed(Optional.empty()).json()),
                        new Ending(
                            StreamState.DONE,
                            Optional.of("LATE"),
                            Optional.empty(),
                            Optional.empty()));
              }
              begun.pen().flush();
            })
        .isInstanceOf(StreamFailure.class);
  }

  private void assertUnbroken(Begun begun) throws Exception {
    List<byte[]> log = begun.here().log();
    String what = begun.recovery() + " after " + begun.events() + ":\n" + text(log);
    assertThat(text(begun.there().log())).as("the other reader").isEqualTo(text(log));
    assertThat(log.subList(2, 2 + begun.events()))
        .as(what)
        .usingElementComparator(Arrays::compare)
        .containsExactlyElementsOf(
            WRITTEN.subList(0, begun.events()).stream().map(AnswerEvent::json).toList());
    assertThat(what).doesNotContain("LATE");
    Head head = head(node, begun.answer());
    Transcript written = new Transcript();
    written.add(new Entries(0, log));
    assertThat(head.body()).as(what).contains(written.text());
    if (head.state() == StreamState.DONE) {
      assertThat(written.text()).as(what).isEqualTo(model.text());
    } else {
      assertThat(begun.recovery()).as(what).isEqualTo(Recovery.FAIL);
      assertThat(head.error().orElseThrow()).contains("interrupted");
    }
    assertThat(head.state() == StreamState.FAILED)
        .as(what)
        .isEqualTo(begun.recovery() == Recovery.FAIL && begun.events() >= 4);
    boolean goesOn =
        begun.recovery() == Recovery.CONTINUE && begun.events() >= 10 && begun.events() <= 13;
    boolean taken = begun.events() > 1 && !goesOn && head.state() == StreamState.DONE;
    assertThat(text(log).contains("\"reset\"")).as(what).isEqualTo(taken);
  }

  private static String text(List<byte[]> log) {
    StringBuilder text = new StringBuilder();
    log.forEach(it -> text.append(new String(it, StandardCharsets.UTF_8)).append('\n'));
    return text.toString();
  }
}
