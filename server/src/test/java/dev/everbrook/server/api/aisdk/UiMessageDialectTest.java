package dev.everbrook.server.api.aisdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Logs written by hand, and what a page is shown of them. */
class UiMessageDialectTest {

  private static final List<AnswerEvent> HEAD =
      List.of(
          new AnswerEvent.Created("m", Optional.empty()),
          new AnswerEvent.Queued(),
          new AnswerEvent.Started());

  private static final List<AnswerEvent> TEXT =
      List.of(
          new AnswerEvent.ItemAdded(new Item.MessageItem()),
          new AnswerEvent.PartAdded(Kind.TEXT),
          new AnswerEvent.Piece(Kind.TEXT, "Hel"),
          new AnswerEvent.Piece(Kind.TEXT, "lo"));

  private static final List<AnswerEvent> END =
      List.of(
          new AnswerEvent.PieceDone(Kind.TEXT),
          new AnswerEvent.PartDone(),
          new AnswerEvent.ItemDone(OptionalInt.empty()),
          new AnswerEvent.Completed(Optional.of(new Usage(3, 2))));

  @Test
  void aTextIsOnePartOfOneStep() {
    assertThat(types(shown(view(0, 0, true), HEAD, TEXT, END)))
        .containsExactly(
            "start",
            "start-step",
            "text-start",
            "text-delta",
            "text-delta",
            "text-end",
            "finish-step",
            "finish",
            "[DONE]");
  }

  @Test
  void whatAlreadyStandsMayComeInOnePiece() {
    List<String> shown = shown(view(0, 7, true), HEAD, TEXT, END);
    assertThat(types(shown)).containsSubsequence("text-start", "text-delta", "text-end");
    assertThat(shown)
        .filteredOn(it -> it.contains("text-delta"))
        .singleElement()
        .asString()
        .contains("\"delta\":\"Hello\"");
  }

  @Test
  void theMessageIsTheSameHoweverTheLogIsCutIntoBatches() {
    List<AnswerEvent> log = log(HEAD, TEXT, END);
    for (int cut = 0; cut <= log.size(); cut++) {
      UiMessageDialect dialect = new UiMessageDialect(view(0, 6, true));
      String first = frames(dialect, 0, log.subList(0, cut), false);
      String rest = frames(dialect, cut, log.subList(cut, log.size()), true);
      assertThat(text(first + rest)).as("cut before %s", cut).isEqualTo("Hello");
    }
  }

  @Test
  void aReaderWhoHasAllThereIsIsNotKeptWaitingForAPieceToMerge() {
    UiMessageDialect dialect = new UiMessageDialect(view(0, 100, true));
    assertThat(text(frames(dialect, 0, log(HEAD, TEXT), true))).isEqualTo("Hello");
  }

  @Test
  void reasoningIsAPartOfItsOwnBeforeTheText() {
    List<AnswerEvent> reasoning =
        List.of(
            new AnswerEvent.ItemAdded(new Item.ReasoningItem()),
            new AnswerEvent.PartAdded(Kind.REASONING),
            new AnswerEvent.Piece(Kind.REASONING, "Hm"),
            new AnswerEvent.PieceDone(Kind.REASONING),
            new AnswerEvent.PartDone(),
            new AnswerEvent.ItemDone(OptionalInt.of(0)));
    List<String> shown = shown(view(0, 0, true), HEAD, reasoning, TEXT, END);
    assertThat(types(shown))
        .containsSubsequence(
            "reasoning-start", "reasoning-delta", "reasoning-end", "text-start", "text-end");
    assertThat(shown).anyMatch(it -> it.contains("reasoning-start") && it.contains("part-0"));
    assertThat(shown).anyMatch(it -> it.contains("text-start") && it.contains("part-1"));
  }

  @Test
  void callsThatOverlapKeepTheirArgumentsApart() {
    List<AnswerEvent> calls =
        List.of(
            new AnswerEvent.ItemAdded(new Item.CallItem("a", "weather")),
            new AnswerEvent.Arguments(0, "{\"city\":"),
            new AnswerEvent.ItemAdded(new Item.CallItem("b", "time")),
            new AnswerEvent.Arguments(1, "nonsense"),
            new AnswerEvent.Arguments(0, "\"Ulm\"}"),
            new AnswerEvent.ArgumentsDone(0),
            new AnswerEvent.ItemDone(OptionalInt.of(0)),
            new AnswerEvent.ArgumentsDone(1),
            new AnswerEvent.ItemDone(OptionalInt.of(1)),
            new AnswerEvent.Completed(Optional.empty()));
    List<String> shown = shown(view(0, 0, true), HEAD, calls);
    assertThat(shown)
        .anyMatch(it ->
            it.contains("tool-input-available")
                && it.contains("\"toolCallId\":\"a\"")
                && it.contains("\"input\":{\"city\":\"Ulm\"}"))
        .anyMatch(it -> it.contains("tool-input-error") && it.contains("\"toolCallId\":\"b\""))
        .anyMatch(it -> it.contains("\"finishReason\":\"tool-calls\""));
  }

  @Test
  void whoSawABeginningThatWasVoidedIsToldInWordsItsVersionKnows() {
    List<AnswerEvent> anew = List.of(new AnswerEvent.Reset());
    assertThat(types(shown(view(0, 0, true), HEAD, TEXT, anew, TEXT, END)))
        .containsSubsequence("text-delta", "reset-step", "text-start", "text-delta", "finish");
    List<String> older = shown(view(0, 0, false), HEAD, TEXT, anew, TEXT, END);
    assertThat(types(older)).endsWith("error").doesNotContain("reset-step", "finish");
    assertThat(older.getLast()).contains(UiMessageDialect.BEGUN_ANEW);
  }

  @Test
  void whoComesAfterABeginningWasVoidedNeverSeesIt() {
    int validFrom = HEAD.size() + TEXT.size() + 1;
    List<AnswerEvent> anew = List.of(new AnswerEvent.Reset());
    for (boolean knows : new boolean[] {true, false}) {
      List<String> shown = shown(view(validFrom, 0, knows), HEAD, TEXT, anew, TEXT, END);
      assertThat(types(shown)).doesNotContain("reset-step", "error").contains("finish");
      assertThat(text(String.join("\n\n", shown))).isEqualTo("Hello");
    }
  }

  @Test
  void everyOtherEndHasItsWord() {
    assertThat(shown(view(0, 0, true), HEAD, TEXT, List.of(new AnswerEvent.Failed("c", "Why"))))
        .anyMatch(it -> it.contains("\"errorText\":\"Why\""));
    assertThat(types(shown(view(0, 0, true), HEAD, List.of(new AnswerEvent.Cancelled()))))
        .contains("abort");
    assertThat(
            shown(
                view(0, 0, true),
                HEAD,
                List.of(new AnswerEvent.Incomplete("length", Optional.empty()))))
        .anyMatch(it -> it.contains("\"finishReason\":\"length\""));
  }

  @Test
  void aWordOfTheProviderThatTheClientsDoNotKnowIsPassedOnAsMetadata() {
    assertThat(
            shown(
                view(0, 0, true),
                HEAD,
                List.of(new AnswerEvent.Incomplete("tired", Optional.of(new Usage(3, 4))))))
        .anyMatch(it ->
            it.contains(
                "\"finishReason\":\"other\",\"messageMetadata\":{\"finishReason\":\"tired\","
                    + "\"usage\":{\"inputTokens\":3"));
  }

  @Test
  void anEndThatIsNoneIsNeverShownAsOne() {
    UiMessageDialect dialect = new UiMessageDialect(view(0, 0, true));
    frames(dialect, 0, log(HEAD, TEXT), true);
    assertThat(dialect.farewell()).isEmpty();
    assertThat(dialect.mustBreakOff()).isTrue();
  }

  @Test
  void whatIsNotTextHasItsChunksAndWhatIsKeptGoesAlong() {
    List<AnswerEvent> rich =
        List.of(
            new AnswerEvent.ItemAdded(new Item.ReasoningItem()),
            new AnswerEvent.PartAdded(Kind.REASONING),
            new AnswerEvent.Piece(Kind.REASONING, "Hm"),
            new AnswerEvent.Keep(0, "{\"fields\":{\"a\":1}}"),
            new AnswerEvent.PieceDone(Kind.REASONING),
            new AnswerEvent.PartDone(),
            new AnswerEvent.ItemDone(OptionalInt.of(0)),
            new AnswerEvent.ItemAdded(new Item.MediaItem(ModelEvent.Media.Kind.IMAGE)),
            new AnswerEvent.Address(1, "data:image/webp;base64,"),
            new AnswerEvent.Address(1, "UklG"),
            new AnswerEvent.ItemDone(OptionalInt.of(1)),
            new AnswerEvent.ItemAdded(new Item.CallItem("c", "look")),
            new AnswerEvent.Keep(2, "{\"fields\":{\"b\":1}}"),
            new AnswerEvent.Keep(2, "{\"fields\":{\"e\":2}}"),
            new AnswerEvent.ArgumentsDone(2),
            new AnswerEvent.ItemDone(OptionalInt.of(2)),
            new AnswerEvent.LeftOut("video", "It is one."),
            new AnswerEvent.ItemAdded(new Item.ReasoningItem()),
            new AnswerEvent.Keep(3, "{\"fields\":{\"c\":1}}"),
            new AnswerEvent.PartAdded(Kind.REASONING),
            new AnswerEvent.PieceDone(Kind.REASONING),
            new AnswerEvent.PartDone(),
            new AnswerEvent.ItemDone(OptionalInt.of(3)),
            new AnswerEvent.ItemAdded(new Item.MessageItem()),
            new AnswerEvent.PartAdded(Kind.TEXT),
            new AnswerEvent.Piece(Kind.TEXT, "So."),
            new AnswerEvent.Annotation("{\"type\":\"url_citation\",\"url\":\"https://w\"}"),
            new AnswerEvent.Annotation("{\"type\":\"url_citation\",\"url\":\"javascript:x\"}"));
    for (UiMessageDialect.View view : List.of(view(0, 0, true), view(0, 99, true))) {
      assertThat(shown(view, HEAD, rich, END))
          .contains(
              "{\"type\":\"tool-input-available\",\"providerMetadata\":"
                  + "{\"everbrook\":{\"keep\":{\"fields\":{\"b\":1,\"e\":2}}}},"
                  + "\"toolCallId\":\"c\",\"toolName\":\"look\",\"input\":{}}",
              "{\"type\":\"file\",\"url\":\"data:image/webp;base64,UklG\","
                  + "\"mediaType\":\"image/webp\"}",
              "{\"type\":\"source-url\",\"sourceId\":\"source-0\",\"url\":\"https://w\"}",
              "{\"type\":\"data-left-out\",\"data\":{\"what\":\"video\",\"why\":\"It is one.\"}}")
          .filteredOn(it -> it.contains("reasoning-end"))
          .hasSize(2)
          .first()
          .asString()
          .endsWith("\"providerMetadata\":{\"everbrook\":{\"keep\":{\"fields\":{\"a\":1}}}}}");
      assertThat(types(shown(view, HEAD, rich, END)))
          .containsSubsequence(
              "reasoning-start",
              "reasoning-delta",
              "reasoning-end",
              "file",
              "tool-input-start",
              "tool-input-available",
              "data-left-out",
              "reasoning-start",
              "reasoning-end",
              "text-start",
              "text-delta",
              "source-url",
              "data-annotation",
              "text-end",
              "finish");
    }
  }

  private static UiMessageDialect.View view(long validFrom, long mergedUpTo, boolean knowsReset) {
    return new UiMessageDialect.View("msg", "stream", validFrom, mergedUpTo, knowsReset);
  }

  @SafeVarargs
  private static List<AnswerEvent> log(List<AnswerEvent>... parts) {
    List<AnswerEvent> log = new ArrayList<>();
    for (List<AnswerEvent> part : parts) {
      log.addAll(part);
    }
    return log;
  }

  /** The data of all frames, the farewell's included. */
  @SafeVarargs
  private static List<String> shown(UiMessageDialect.View view, List<AnswerEvent>... parts) {
    UiMessageDialect dialect = new UiMessageDialect(view);
    String frames = frames(dialect, 0, log(parts), true);
    if (!dialect.isOver()) {
      frames += new String(dialect.farewell(), StandardCharsets.UTF_8);
    }
    return frames.lines().filter(it -> it.startsWith("data: ")).map(it -> it.substring(6)).toList();
  }

  private static String frames(
      UiMessageDialect dialect, long first, List<AnswerEvent> log, boolean upToDate) {
    Entries entries = new Entries(first, log.stream().map(AnswerEvent::json).toList());
    return new String(dialect.frames(entries, upToDate), StandardCharsets.UTF_8);
  }

  private static List<String> types(List<String> data) {
    return data.stream()
        .map(it -> it.startsWith("{\"type\":\"") ? it.substring(9, it.indexOf('"', 9)) : it)
        .toList();
  }

  private static String text(String frames) {
    StringBuilder text = new StringBuilder();
    frames
        .lines()
        .filter(it -> it.contains("text-delta"))
        .map(it -> it.substring(it.indexOf("\"delta\":\"") + 9, it.lastIndexOf('"')))
        .forEach(text::append);
    return text.toString();
  }
}
