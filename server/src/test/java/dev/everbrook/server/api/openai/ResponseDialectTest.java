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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ResponseDialectTest {

  private static final List<AnswerEvent> RICH =
      log(reasoning("Hm"), message(Kind.TEXT, "One ", "two"), calls(2), List.of(COMPLETED));

  @Test
  void oneEventOfTheLogIsOneOfTheirsUnderTheSameNumber() {
    List<Frame> frames = read(RICH);

    assertThat(frames).hasSize(RICH.size());
    for (int i = 0; i < frames.size(); i++) {
      JsonNode json = frames.get(i).json();
      assertThat(json.path("sequence_number").asInt()).isEqualTo(i);
      assertThat(frames.get(i).id()).hasValue(i);
      assertThat(frames.get(i).event()).isEqualTo(json.path("type").asString());
      assertThat(json.has("error")).isFalse();
    }
  }

  @Test
  void theEventsStandInTheOrderThatClientsExpect() {
    assertThat(types(read(log(message(Kind.TEXT, "a", "b"), List.of(COMPLETED)))))
        .containsExactly(
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
  }

  @Test
  void everyEventOfAnItemNamesItAndItsPlace() {
    List<JsonNode> added =
        read(RICH).stream()
            .map(Frame::json)
            .filter(it -> it.path("type").asString().equals("response.output_item.added"))
            .toList();

    assertThat(added).extracting(it -> it.path("output_index").asInt()).containsExactly(0, 1, 2, 3);
    assertThat(added)
        .extracting(it -> it.at("/item/type").asString())
        .containsExactly("reasoning", "message", "function_call", "function_call");
    for (Frame frame : read(RICH)) {
      JsonNode json = frame.json();
      if (json.has("item_id")) {
        JsonNode item = added.get(json.path("output_index").asInt());
        assertThat(json.path("item_id").asString()).isEqualTo(item.at("/item/id").asString());
      }
    }
  }

  @Test
  void theLastEventHasAllThatWasSaid() {
    JsonNode response = read(RICH).getLast().json().path("response");

    assertThat(response.path("id").asString()).isEqualTo("resp_" + Logs.HEX);
    assertThat(response.path("status").asString()).isEqualTo("completed");
    assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("Hm");
    assertThat(response.at("/output/1/content/0/text").asString()).isEqualTo("One two");
    assertThat(response.at("/output/2/arguments").asString()).isEqualTo("{\"at\":1}");
    assertThat(response.at("/output/3/call_id").asString()).isEqualTo("call_b");
    assertThat(response.at("/usage/total_tokens").asInt()).isEqualTo(12);
    assertThat(response.at("/usage/input_tokens_details/cached_tokens").asInt()).isEqualTo(2);
    assertThat(response.at("/usage/input_tokens_details/cache_write_tokens").isNumber()).isTrue();
    assertThat(response.at("/usage/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(1);
  }

  @Test
  void afterAnyNumberExactlyTheRestFollows() {
    List<Frame> all = read(RICH);
    for (int after = -1; after < all.size(); after++) {
      assertThat(read(RICH, after, ReplayFilter.NOTHING_VOID, 3))
          .isEqualTo(all.subList(after + 1, all.size()));
    }
  }

  @Test
  void howTheLogIsCutIntoBatchesDoesNotMatter() {
    for (int batch = 1; batch < RICH.size(); batch++) {
      assertThat(read(RICH, ReaderPosition.START, ReplayFilter.NOTHING_VOID, batch))
          .isEqualTo(read(RICH));
    }
  }

  @Test
  void waitingIsNotHeardSinceClientsRefuseWhatTheyDoNotKnow() {
    List<AnswerEvent> log =
        log(
            List.of(new AnswerEvent.Waiting("busy", Optional.empty())),
            message(Kind.TEXT, "a"),
            List.of(COMPLETED));

    assertThat(read(log)).hasSize(log.size() - 1);
    assertThat(types(read(log))).doesNotContain("keepalive");
  }

  @Test
  void whatWasCancelledIsIncompleteAndItsStatusSaysWhy() {
    List<AnswerEvent> log = log(message(Kind.TEXT, "a"), List.of(new AnswerEvent.Cancelled()));
    Frame last = read(log).getLast();

    assertThat(last.event()).isEqualTo("response.incomplete");
    assertThat(last.json().at("/response/status").asString()).isEqualTo("cancelled");
  }

  @Test
  void aReasonThatClientsDoNotKnowStandsWhereTheyDoNotLook() {
    assertThat(details("length").toString()).contains("max_output_tokens");
    assertThat(details("content_filter").path("reason").asString()).isEqualTo("content_filter");
    assertThat(details("tired").has("reason")).isFalse();
    assertThat(details("tired").path("detail").asString()).isEqualTo("tired");
  }

  private static JsonNode details(String reason) {
    return read(log(List.of(new AnswerEvent.Incomplete(reason, Optional.empty()))))
        .getLast()
        .json()
        .at("/response/incomplete_details");
  }

  @Test
  void aFailureShowsWhatThereIsAndACodeThatClientsKnow() {
    List<AnswerEvent> log =
        log(
            message(Kind.TEXT, "a", "b").subList(0, 4),
            List.of(new AnswerEvent.Failed("context_too_long", "too long")));
    JsonNode response = read(log).getLast().json().path("response");

    assertThat(response.path("status").asString()).isEqualTo("failed");
    assertThat(response.at("/error/code").asString()).isEqualTo("invalid_prompt");
    assertThat(response.at("/error/type").asString()).isEqualTo("context_length_exceeded");
    assertThat(response.at("/output/0/status").asString()).isEqualTo("incomplete");
    assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo("ab");
  }

  @Test
  void whoWasShownWhatIsVoidIsToldAndGetsNoMore() {
    List<Frame> frames = read(anew(), ReaderPosition.START, ReplayFilter.NOTHING_VOID, 1);
    JsonNode last = frames.getLast().json();

    assertThat(last.path("type").asString()).isEqualTo("response.failed");
    assertThat(last.at("/response/error/type").asString()).isEqualTo("answer_restarted");
    assertThat(last.path("sequence_number").asInt())
        .isEqualTo(anew().indexOf(new AnswerEvent.Reset()));
  }

  @Test
  void whoComesLaterSeesOnlyWhatCountsAndItsItemsHaveNewNames() {
    List<AnswerEvent> log = anew();
    int reset = log.indexOf(new AnswerEvent.Reset());
    List<Frame> frames = read(log, ReaderPosition.START, reset, 100);

    assertThat(frames)
        .extracting(it -> it.id().getAsInt())
        .containsExactlyElementsOf(
            IntStream.concat(IntStream.range(0, 3), IntStream.range(reset + 1, log.size()))
                .boxed()
                .toList());
    assertThat(frames.getLast().json().at("/response/output/0/content/0/text").asString())
        .isEqualTo("new");
    assertThat(frames.getLast().json().at("/response/output/0/id").asString())
        .isEqualTo("msg_" + Logs.HEX + "_" + (reset + 1));
  }

  @Test
  void whoStoodInWhatIsVoidIsToldAtOnceAndWhoStoodBehindItGoesOn() {
    List<AnswerEvent> log = anew();
    int reset = log.indexOf(new AnswerEvent.Reset());

    assertThat(types(read(log, 5, reset, 100))).containsExactly("response.failed");
    assertThat(types(read(log, reset, reset, 100)))
        .startsWith("response.output_item.added")
        .endsWith("response.completed");
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

    assertThat(types(read(log))).doesNotContain("response.reasoning_text.delta");
    assertThat(read(log).getLast().json().at("/response/output/0/content/0/text").asString())
        .isEqualTo("a");
  }

  @Test
  void aReaderWhoIsLetGoInTheMiddleMustNotTakeItForTheEnd() {
    assertThat(new ResponseDialect(object(), new ReplayFilter(-1, -1)).mustBreakOff()).isTrue();
  }

  /** Said "old", began anew, said "new". */
  private static List<AnswerEvent> anew() {
    return log(
        message(Kind.TEXT, "o", "ld").subList(0, 4),
        List.of(new AnswerEvent.Reset()),
        message(Kind.TEXT, "ne", "w"),
        List.of(COMPLETED));
  }

  private static ResponseObject object() {
    return new ResponseObject(STREAM, Json.object().put("store", true));
  }

  private static List<Frame> read(List<AnswerEvent> log) {
    return read(log, ReaderPosition.START, ReplayFilter.NOTHING_VOID, 100);
  }

  private static List<Frame> read(List<AnswerEvent> log, long after, long reset, int batch) {
    return Logs.read(log, new ResponseDialect(object(), new ReplayFilter(after, reset)), batch);
  }

  private static List<String> types(List<Frame> frames) {
    return frames.stream().map(Frame::event).toList();
  }
}
