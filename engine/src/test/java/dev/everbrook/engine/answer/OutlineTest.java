package dev.everbrook.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.AnswerEvent.Arguments;
import dev.everbrook.engine.answer.AnswerEvent.ArgumentsDone;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.engine.answer.AnswerEvent.ItemDone;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.answer.AnswerEvent.PartAdded;
import dev.everbrook.engine.answer.AnswerEvent.PartDone;
import dev.everbrook.engine.answer.AnswerEvent.Piece;
import dev.everbrook.engine.answer.AnswerEvent.PieceDone;
import dev.everbrook.engine.stream.Entries;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A log may be cut after any event; who takes it over knows from it alone how to go on. */
class OutlineTest {

  private static final List<AnswerEvent> ENVELOPE =
      List.of(
          new AnswerEvent.Created("some-model", Optional.of(Instant.EPOCH)),
          new AnswerEvent.Queued(),
          new AnswerEvent.Started());

  private static final List<AnswerEvent> EVERYTHING =
      List.of(
          new ItemAdded(new Item.ReasoningItem()),
          new PartAdded(Kind.REASONING),
          new Piece(Kind.REASONING, "Hm."),
          new PieceDone(Kind.REASONING),
          new PartDone(),
          done(0),
          new ItemAdded(new Item.MessageItem()),
          new PartAdded(Kind.TEXT),
          new Piece(Kind.TEXT, "Well. "),
          new AnswerEvent.Waiting("busy", Optional.empty()),
          new PieceDone(Kind.TEXT),
          new PartDone(),
          new PartAdded(Kind.REFUSAL),
          new Piece(Kind.REFUSAL, "No."),
          new PieceDone(Kind.REFUSAL),
          new PartDone(),
          done(1),
          new ItemAdded(new Item.CallItem("call_a", "look")),
          new Arguments(2, "{"),
          new ItemAdded(new Item.CallItem("call_b", "look")),
          new Arguments(3, "{}"),
          new ItemAdded(new Item.MessageItem()),
          new PartAdded(Kind.TEXT),
          new Piece(Kind.TEXT, "So."),
          new PieceDone(Kind.TEXT),
          new PartDone(),
          done(4),
          new ArgumentsDone(2),
          done(2),
          new ArgumentsDone(3),
          done(3));

  @Test
  void whereverTheLogIsCutItCanBeClosed() {
    for (int cut = 0; cut <= EVERYTHING.size(); cut++) {
      List<AnswerEvent> log = cut(cut);
      log.addAll(read(log).outline().closing());
      log.add(new AnswerEvent.Completed(Optional.empty()));
      check(log);
    }
  }

  @Test
  void whereverTheLogIsCutEachKindOfPieceCanFollow() {
    for (int cut = 0; cut <= EVERYTHING.size(); cut++) {
      for (Kind kind : Kind.values()) {
        List<AnswerEvent> log = cut(cut);
        log.addAll(read(log).outline().before(kind));
        log.add(new Piece(kind, "more"));
        log.addAll(read(log).outline().closing());
        log.add(new AnswerEvent.Cancelled());
        check(log);
      }
    }
  }

  @Test
  void whereverTheLogIsCutACallOrAResetCanFollow() {
    for (int cut = 0; cut <= EVERYTHING.size(); cut++) {
      List<AnswerEvent> log = cut(cut);
      Outline outline = read(log).outline();
      log.addAll(outline.beforeItem());
      int item = outline.items();
      log.add(new ItemAdded(new Item.CallItem("call_c", "look")));
      log.add(new Arguments(item, "{}"));
      log.add(new AnswerEvent.Reset());
      assertThat(read(log).text()).isEmpty();
      assertThat(read(log).outline().hasShown()).isFalse();
      log.addAll(read(log).outline().before(Kind.TEXT));
      log.add(new Piece(Kind.TEXT, "anew"));
      log.addAll(read(log).outline().closing());
      log.add(new AnswerEvent.Completed(Optional.empty()));
      check(log);
    }
  }

  @Test
  void onlyTheTextOfOneOpenMessageCanBeContinued() {
    List<Integer> continued =
        Stream.iterate(0, cut -> cut <= EVERYTHING.size(), cut -> cut + 1)
            .filter(
                cut -> Beginning.of(read(cut(cut)), Recovery.CONTINUE) instanceof Beginning.GoOn)
            .toList();

    assertThat(continued).containsExactly(9, 10);
    assertThat(Beginning.of(read(cut(9)), Recovery.CONTINUE))
        .isEqualTo(new Beginning.GoOn("Well. "));
    assertThat(Beginning.of(read(cut(9)), Recovery.RESTART)).isEqualTo(new Beginning.Anew());
    assertThat(Beginning.of(read(cut(9)), Recovery.FAIL)).isEqualTo(new Beginning.GiveUp());
    assertThat(Beginning.of(read(cut(2)), Recovery.FAIL)).isEqualTo(new Beginning.Anew());
    for (Recovery recovery : Recovery.values()) {
      assertThat(Beginning.of(read(cut(0)), recovery)).isEqualTo(new Beginning.Fresh());
    }
  }

  @Test
  void aStreamOfTheFirstVersionGoesOnInItsOneItem() {
    Transcript before =
        first(
            "{\"type\":\"created\",\"model\":\"m\"}",
            "{\"type\":\"queued\"}",
            "{\"type\":\"started\"}",
            "{\"type\":\"item.added\"}",
            "{\"type\":\"part.added\"}",
            "{\"type\":\"reasoning\",\"text\":\"Hm.\"}",
            "{\"type\":\"text\",\"text\":\"Be\"}",
            "{\"type\":\"reasoning\",\"text\":\"Hm!\"}");

    assertThat(Beginning.of(before, Recovery.CONTINUE)).isEqualTo(new Beginning.GoOn("Be"));
    assertThat(before.outline().before(Kind.TEXT)).isEmpty();
    assertThat(before.outline().closing())
        .containsExactly(new PieceDone(Kind.TEXT), new PartDone(), done(0));
  }

  @Test
  void aStreamOfTheFirstVersionHasItsItemAfterAResetToo() {
    Transcript before =
        first(
            "{\"type\":\"started\"}",
            "{\"type\":\"item.added\"}",
            "{\"type\":\"part.added\"}",
            "{\"type\":\"text\",\"text\":\"Be\"}",
            "{\"type\":\"reset\"}",
            "{\"type\":\"text\",\"text\":\"So\"}");

    assertThat(before.text()).isEqualTo("So");
    assertThat(Beginning.of(before, Recovery.CONTINUE)).isEqualTo(new Beginning.GoOn("So"));
    assertThat(before.outline().closing())
        .containsExactly(new PieceDone(Kind.TEXT), new PartDone(), done(0));
  }

  private static List<AnswerEvent> cut(int events) {
    List<AnswerEvent> log = new ArrayList<>(ENVELOPE);
    log.addAll(EVERYTHING.subList(0, events));
    return log;
  }

  private static Transcript read(List<AnswerEvent> log) {
    Transcript transcript = new Transcript();
    transcript.add(new Entries(0, log.stream().map(AnswerEvent::json).toList()));
    return transcript;
  }

  private static Transcript first(String... log) {
    Transcript transcript = new Transcript();
    transcript.add(
        new Entries(0, Stream.of(log).map(it -> it.getBytes(StandardCharsets.UTF_8)).toList()));
    return transcript;
  }

  private static void check(List<AnswerEvent> log) {
    Grammar.check(log.stream().map(AnswerEvent::json).toList());
  }

  private static ItemDone done(int item) {
    return new ItemDone(OptionalInt.of(item));
  }
}
