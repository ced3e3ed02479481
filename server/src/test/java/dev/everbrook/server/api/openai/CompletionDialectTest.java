package dev.everbrook.server.api.openai;

import static dev.everbrook.server.api.openai.Logs.COMPLETED;
import static dev.everbrook.server.api.openai.Logs.STREAM;
import static dev.everbrook.server.api.openai.Logs.calls;
import static dev.everbrook.server.api.openai.Logs.log;
import static dev.everbrook.server.api.openai.Logs.message;
import static dev.everbrook.server.api.openai.Logs.reasoning;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.server.api.openai.Logs.Frame;
import dev.everbrook.server.chat.ReaderPosition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CompletionDialectTest {

  private static final List<AnswerEvent> RICH =
      log(
          reasoning("Hm", ", \"so\""),
          message(Kind.TEXT, "Naïve ", "{{text}}", " 🏁\n"),
          calls(2),
          List.of(COMPLETED));

  @Test
  void theFirstDeltaHasTheRoleAndTheLastChunkTheReason() {
    List<Frame> frames = read(log(message(Kind.TEXT, "a", "b"), List.of(COMPLETED)), false);

    assertThat(frames).hasSize(4);
    assertThat(delta(frames.get(0)).toString())
        .isEqualTo("{'role':'assistant','content':'a'}".replace('\'', '"'));
    assertThat(delta(frames.get(1)).toString()).isEqualTo("{'content':'b'}".replace('\'', '"'));
    assertThat(delta(frames.get(2)).isEmpty()).isTrue();
    assertThat(frames.get(2).json().at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    assertThat(frames.get(3).data()).isEqualTo("[DONE]");
    assertThat(frames).allSatisfy(it -> assertThat(it.data()).doesNotContain("usage"));
  }

  @Test
  void everyChunkHasTheSameIdentityAndNoneAnError() {
    List<Frame> chunks = withoutDone(read(RICH, true));

    assertThat(chunks)
        .extracting(it -> it.json().path("id").asString())
        .containsOnly("chatcmpl-" + Logs.HEX);
    assertThat(chunks)
        .extracting(it -> it.json().path("created").asLong())
        .containsOnly(1_700_000_000L);
    assertThat(chunks)
        .extracting(it -> it.json().path("model").asString())
        .containsOnly("some/model");
    assertThat(chunks).noneMatch(it -> it.json().has("error"));
  }

  @Test
  void whatTheModelSaidArrivesAsItWas() {
    assertThat(joined(read(RICH, false), "content")).isEqualTo("Naïve {{text}} 🏁\n");
    assertThat(joined(read(RICH, false), "reasoning_content")).isEqualTo("Hm, \"so\"");
    assertThat(joined(read(log(message(Kind.REFUSAL, "I ", "won't")), false), "refusal"))
        .isEqualTo("I won't");
  }

  @Test
  void callsAreCountedByThemselvesAndMayOverlap() {
    StringBuilder first = new StringBuilder();
    for (Frame frame : withoutDone(read(RICH, false))) {
      JsonNode call = delta(frame).at("/tool_calls/0");
      if (call.path("index").asInt(-1) == 0) {
        first.append(call.at("/function/arguments").asString());
      }
    }
    List<JsonNode> named =
        withoutDone(read(RICH, false)).stream()
            .map(it -> delta(it).at("/tool_calls/0"))
            .filter(it -> it.has("id"))
            .toList();

    assertThat(first).hasToString("{\"at\":1}");
    assertThat(named).extracting(it -> it.path("index").asInt()).containsExactly(0, 1);
    assertThat(named)
        .extracting(it -> it.path("id").asString())
        .containsExactly("call_a", "call_b");
    assertThat(RICH).isNotEmpty();
    assertThat(finish(read(RICH, false))).isEqualTo("tool_calls");
  }

  @Test
  void usageComesLastAndIsNullBefore() {
    List<Frame> chunks = withoutDone(read(RICH, true));

    assertThat(chunks.getLast().json().path("choices").isEmpty()).isTrue();
    assertThat(chunks.getLast().json().at("/usage/total_tokens").asInt()).isEqualTo(12);
    assertThat(chunks.getLast().json().at("/usage/prompt_tokens_details/cached_tokens").asInt())
        .isEqualTo(2);
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(it -> it.json().path("usage").isNull());
  }

  @Test
  void whoComesBackWithAnIdHasAllThatFollowsAndNothingTwice() {
    List<Frame> all = read(RICH, true);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).id().isPresent()) {
        ReplayFilter rest = new ReplayFilter(all.get(i).id().getAsInt(), ReplayFilter.NOTHING_VOID);
        assertThat(Logs.read(RICH, new CompletionDialect(STREAM, true, rest), 2))
            .isEqualTo(all.subList(i + 1, all.size()));
      }
    }
  }

  @Test
  void howTheLogIsCutIntoBatchesDoesNotMatter() {
    for (int batch = 1; batch < RICH.size(); batch++) {
      assertThat(Logs.read(RICH, fresh(true), batch)).isEqualTo(read(RICH, true));
    }
  }

  @Test
  void anAnswerWithoutTextHasARoleAndAnEnd() {
    List<Frame> frames = read(log(message(Kind.TEXT), List.of(COMPLETED)), false);

    assertThat(delta(frames.getFirst()).path("role").asString()).isEqualTo("assistant");
    assertThat(finish(frames)).isEqualTo("stop");
  }

  @Test
  void anAnswerThatIsCutPassesTheProvidersWordOn() {
    assertThat(finish(read(incomplete("length"), false))).isEqualTo("length");
    assertThat(finish(read(incomplete("content_filter"), false))).isEqualTo("content_filter");
    assertThat(finish(read(incomplete("answer_too_long"), false))).isEqualTo("length");
    assertThat(finish(read(incomplete("tired"), false))).isEqualTo("tired");
  }

  private static List<AnswerEvent> incomplete(String reason) {
    return log(
        message(Kind.TEXT, "a"), List.of(new AnswerEvent.Incomplete(reason, Optional.empty())));
  }

  @Test
  void aFailureIsTheLastThatIsSaid() {
    List<AnswerEvent> log =
        log(message(Kind.TEXT, "a"), List.of(new AnswerEvent.Failed("stalled", "too slow")));
    CompletionDialect dialect = fresh(true);
    List<Frame> frames = Logs.read(log, dialect, 3);

    assertThat(dialect.isOver()).isTrue();
    assertThat(dialect.farewell()).isEmpty();
    assertThat(frames).hasSize(2);
    assertThat(frames.getLast().json().at("/error/message").asString()).isEqualTo("too slow");
    assertThat(frames.getLast().json().at("/error/code").asString()).isEqualTo("stalled");
  }

  @Test
  void whatWasCancelledIsNoSuccess() {
    List<AnswerEvent> log = log(message(Kind.TEXT, "a"), List.of(new AnswerEvent.Cancelled()));

    assertThat(read(log, false).getLast().json().at("/error/code").asString())
        .isEqualTo("cancelled");
  }

  @Test
  void waitingIsNotHeard() {
    List<AnswerEvent> log =
        log(
            List.of(new AnswerEvent.Waiting("busy", Optional.empty())),
            message(Kind.TEXT, "a"),
            List.of(COMPLETED));

    assertThat(read(log, false)).hasSize(3);
  }

  @Test
  void whoWasShownWhatIsVoidIsTold() {
    List<AnswerEvent> log = anew();
    CompletionDialect dialect = fresh(false);
    List<Frame> frames = Logs.read(log, dialect, 1);

    assertThat(dialect.isOver()).isTrue();
    assertThat(frames.getLast().json().at("/error/code").asString()).isEqualTo("answer_restarted");
    assertThat(joined(frames.subList(0, frames.size() - 1), "content")).isEqualTo("old");
  }

  @Test
  void whoComesLaterSeesOnlyWhatCounts() {
    List<AnswerEvent> log = anew();
    long reset = log.indexOf(new AnswerEvent.Reset());
    for (long after = ReaderPosition.START; after < 3; after++) {
      List<Frame> frames =
          Logs.read(log, new CompletionDialect(STREAM, false, new ReplayFilter(after, reset)), 4);
      assertThat(joined(frames, "content")).isEqualTo("new");
      assertThat(delta(frames.getFirst()).path("role").asString()).isEqualTo("assistant");
    }
  }

  @Test
  void whoComesLaterButHadSeenTheOldIsTold() {
    List<AnswerEvent> log = anew();
    long reset = log.indexOf(new AnswerEvent.Reset());
    List<Frame> frames =
        Logs.read(log, new CompletionDialect(STREAM, false, new ReplayFilter(5, reset)), 4);

    assertThat(frames).hasSize(1);
    assertThat(frames.getFirst().json().at("/error/code").asString()).isEqualTo("answer_restarted");
  }

  @Test
  void aNewBeginningBeforeAnythingWasSaidIsNotNoticed() {
    List<AnswerEvent> log =
        log(List.of(new AnswerEvent.Reset()), message(Kind.TEXT, "a"), List.of(COMPLETED));

    assertThat(joined(read(log, false), "content")).isEqualTo("a");
  }

  @Test
  void logsOfTheFirstVersionAreRead() {
    List<AnswerEvent> log =
        log(
            new AnswerEvent.ItemAdded(new AnswerEvent.Item.MessageItem()),
            new AnswerEvent.PartAdded(Kind.TEXT),
            new AnswerEvent.Piece(Kind.REASONING, "hm"),
            new AnswerEvent.Piece(Kind.TEXT, "a"),
            COMPLETED);

    assertThat(joined(read(log, false), "content")).isEqualTo("a");
    assertThat(joined(read(log, false), "reasoning_content")).isEqualTo("hm");
  }

  @Test
  void aReaderWhoIsLetGoInTheMiddleMustNotTakeItForTheEnd() {
    assertThat(fresh(false).mustBreakOff()).isTrue();
  }

  /** Said "old", began anew, said "new". */
  private static List<AnswerEvent> anew() {
    return log(
        message(Kind.TEXT, "o", "ld").subList(0, 4),
        List.of(new AnswerEvent.Reset()),
        message(Kind.TEXT, "ne", "w"),
        List.of(COMPLETED));
  }

  private static CompletionDialect fresh(boolean usage) {
    return new CompletionDialect(
        STREAM, usage, new ReplayFilter(ReaderPosition.START, ReplayFilter.NOTHING_VOID));
  }

  private static List<Frame> read(List<AnswerEvent> log, boolean usage) {
    return Logs.read(log, fresh(usage), 100);
  }

  private static List<Frame> withoutDone(List<Frame> frames) {
    return frames.stream().filter(it -> !it.data().equals("[DONE]")).toList();
  }

  private static JsonNode delta(Frame frame) {
    return frame.json().at("/choices/0/delta");
  }

  private static String finish(List<Frame> frames) {
    return withoutDone(frames).getLast().json().at("/choices/0/finish_reason").asString();
  }

  private static String joined(List<Frame> frames, String field) {
    StringBuilder text = new StringBuilder();
    withoutDone(frames).forEach(it -> text.append(delta(it).path(field).asString("")));
    return text.toString();
  }
}
