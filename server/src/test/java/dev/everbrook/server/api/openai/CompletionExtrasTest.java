package dev.everbrook.server.api.openai;

import static dev.everbrook.server.api.openai.Logs.COMPLETED;
import static dev.everbrook.server.api.openai.Logs.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Address;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.ItemAdded;
import dev.everbrook.engine.answer.AnswerEvent.ItemDone;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.server.api.openai.Logs.Frame;
import dev.everbrook.server.chat.ReaderPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an answer has beside text, in both of OpenAI's APIs. */
class CompletionExtrasTest {

  private static final String CITATION =
      "{\"type\":\"url_citation\",\"url\":\"https://w\",\"title\":\"W\","
          + "\"start_index\":0,\"end_index\":4}";

  /** Reasoning 0, text 1, a picture 2, a call 3, a picture elsewhere 4, a sound 5, reasoning 6. */
  private static final List<AnswerEvent> LOG = log();

  private static List<AnswerEvent> log() {
    List<AnswerEvent> log = new ArrayList<>(Logs.reasoning("Hm"));
    log.add(3, new AnswerEvent.Keep(0, "{\"as\":\"reasoning\",\"fields\":{\"d\":[1]}}"));
    log.addAll(Logs.message(Kind.TEXT, "Sun."));
    log.add(log.size() - 3, new AnswerEvent.Annotation(CITATION));
    log.addAll(media(2, ModelEvent.Media.Kind.IMAGE, "data:image/png;base64,", "iVBO"));
    log.addAll(
        List.of(
            new ItemAdded(new Item.CallItem("c", "look")),
            new AnswerEvent.Keep(3, "{\"fields\":{\"extra_content\":{\"s\":\"T\"}}}"),
            new AnswerEvent.Arguments(3, "{}"),
            new AnswerEvent.ArgumentsDone(3),
            new ItemDone(OptionalInt.of(3))));
    log.addAll(media(4, ModelEvent.Media.Kind.IMAGE, "https://h/p", ".png"));
    log.addAll(media(5, ModelEvent.Media.Kind.AUDIO, "data:audio/wav;base64,", "UklG"));
    log.addAll(Logs.reasoning("So"));
    log.add(new AnswerEvent.LeftOut("video", "It is one."));
    log.add(COMPLETED);
    return Logs.log(log);
  }

  private static List<AnswerEvent> media(int item, ModelEvent.Media.Kind kind, String... url) {
    List<AnswerEvent> events = new ArrayList<>(List.of(new ItemAdded(new Item.MediaItem(kind))));
    for (String piece : url) {
      events.add(new Address(item, piece));
    }
    events.add(new ItemDone(OptionalInt.of(item)));
    return events;
  }

  @Test
  void aResponseHasAllThatItHasAWordForAndNamesTheRest() {
    JsonNode response = responses(LOG).getLast().json().path("response");
    assertThat(response.path("output"))
        .extracting(it -> it.path("type").asString())
        .containsExactly(
            "reasoning",
            "message",
            "image_generation_call",
            "function_call",
            "image_generation_call",
            "reasoning");
    assertThat(response.at("/output/0/encrypted_content").asString())
        .isEqualTo("{\"as\":\"reasoning\",\"fields\":{\"d\":[1]}}");
    assertThat(response.at("/output/1/content/0/annotations/0").toString()).isEqualTo(CITATION);
    assertThat(response.at("/output/2/result").asString()).isEqualTo("iVBO");
    assertThat(response.at("/output/3/provider_data/fields/extra_content/s").asString())
        .isEqualTo("T");
    assertThat(response.at("/output/4/result").isNull()).isTrue();
    assertThat(response.at("/output/4/url").asString()).isEqualTo("https://h/p.png");
    assertThat(response.path("left_out"))
        .extracting(it -> it.path("what").asString())
        .containsExactly("video", "audio");
  }

  @Test
  void theEventsOfAResponseAgreeWithItsEnd() {
    List<Frame> frames = responses(LOG);
    JsonNode output = frames.getLast().json().at("/response/output");
    List<JsonNode> done = new ArrayList<>();
    for (Frame frame : frames) {
      JsonNode json = frame.json();
      assertThat(json.path("sequence_number").asInt()).isEqualTo(frame.id().orElseThrow());
      if (frame.event().equals("response.output_item.done")) {
        assertThat(json.path("output_index").asInt()).isEqualTo(done.size());
        done.add(json.path("item"));
      }
    }
    assertThat(done).containsExactlyElementsOf(output);
    assertThat(frames)
        .filteredOn(it -> it.event().equals("response.output_text.annotation.added"))
        .singleElement()
        .satisfies(it -> {
          assertThat(it.json().path("annotation").toString()).isEqualTo(CITATION);
          assertThat(it.json().path("annotation_index").asInt()).isZero();
          assertThat(it.json().path("item_id")).isEqualTo(output.get(1).path("id"));
        });
  }

  @Test
  void theChunksOfACompletionComeToTheWholeOne() {
    JsonNode whole = Completion.whole(STREAM, output());
    JsonNode message = whole.at("/choices/0/message");
    assertThat(message.at("/images/0/image_url/url").asString())
        .isEqualTo("data:image/png;base64,iVBO");
    assertThat(message.at("/images/1/image_url/url").asString()).isEqualTo("https://h/p.png");
    assertThat(message.at("/audio/data").asString()).isEqualTo("UklG");
    assertThat(message.at("/annotations/0/url_citation/url").asString()).isEqualTo("https://w");
    assertThat(message.at("/d/0").asInt()).isEqualTo(1);
    assertThat(message.at("/tool_calls/0/extra_content/s").asString()).isEqualTo("T");
    assertThat(message.at("/tool_calls/0/fields").isMissingNode()).isTrue();
    assertThat(whole.at("/left_out/0/what").asString()).isEqualTo("video");

    for (int batch : new int[] {1, 7, 100}) {
      List<Frame> frames =
          Logs.read(
              LOG,
              new CompletionDialect(
                  STREAM, false, new ReplayFilter(ReaderPosition.START, ReplayFilter.NOTHING_VOID)),
              batch);
      List<JsonNode> deltas =
          frames.stream()
              .filter(it -> !it.data().equals("[DONE]"))
              .map(it -> it.json().at("/choices/0/delta"))
              .toList();
      for (String field : List.of("images", "annotations", "d")) {
        List<JsonNode> pieces = new ArrayList<>();
        deltas.forEach(delta -> delta.path(field).forEach(pieces::add));
        assertThat(pieces).containsExactlyElementsOf(message.path(field));
      }
      assertThat(deltas)
          .extracting(it -> it.path("audio").toString())
          .contains(message.path("audio").toString());
      assertThat(deltas)
          .extracting(it -> it.at("/tool_calls/0/extra_content/s").asString(""))
          .contains("T");
      JsonNode last = frames.get(frames.size() - 2).json();
      assertThat(last.at("/left_out/0/what").asString()).isEqualTo("video");
    }
  }

  @Test
  void whatIsKeptInSeveralEventsIsOne() {
    List<AnswerEvent> log =
        Logs.log(
            List.of(
                new ItemAdded(new Item.ReasoningItem()),
                new AnswerEvent.Keep(0, "{\"as\":\"reasoning\"}"),
                new AnswerEvent.Keep(0, "{\"fields\":{\"d\":[1],\"s\":\"a\"}}"),
                new AnswerEvent.Keep(0, "{\"fields\":{\"d\":[2],\"s\":\"b\"}}"),
                new ItemDone(OptionalInt.of(0)),
                new ItemAdded(new Item.CallItem("c", "look")),
                new AnswerEvent.Keep(1, "{\"fields\":{\"e\":{\"g\":{\"s\":\"S\"}}}}"),
                new AnswerEvent.Arguments(1, "{}"),
                new AnswerEvent.Keep(1, "{\"fields\":{\"e\":{\"g\":{\"t\":\"T\"}}}}"),
                new AnswerEvent.ArgumentsDone(1),
                new ItemDone(OptionalInt.of(1)),
                COMPLETED));
    JsonNode response = responses(log).getLast().json().path("response");
    assertThat(response.at("/output/0/encrypted_content").asString())
        .isEqualTo("{\"as\":\"reasoning\",\"fields\":{\"d\":[1,2],\"s\":\"b\"}}");
    assertThat(response.at("/output/1/provider_data").toString())
        .isEqualTo("{\"fields\":{\"e\":{\"g\":{\"s\":\"S\",\"t\":\"T\"}}}}");
    JsonNode message = Completion.whole(STREAM, output(log)).at("/choices/0/message");
    assertThat(message.at("/tool_calls/0/e/g").toString()).isEqualTo("{\"s\":\"S\",\"t\":\"T\"}");
    assertThat(message.path("d").toString()).isEqualTo("[1,2]");
  }

  @Test
  void whatAnAttemptLeftOutThatIsVoidIsNotNamed() {
    List<AnswerEvent> log =
        Logs.log(
            List.of(
                new AnswerEvent.LeftOut("video", "It is one."),
                new AnswerEvent.Reset(),
                new AnswerEvent.LeftOut("file", "It is one."),
                COMPLETED));
    assertThat(responses(log).getLast().json().at("/response/left_out"))
        .extracting(it -> it.path("what").asString())
        .containsExactly("file");
  }

  @Test
  void whoComesBackBehindAPictureIsNotShownItAgain() {
    int behind = LOG.indexOf(new ItemDone(OptionalInt.of(2)));
    List<Frame> frames =
        Logs.read(
            LOG,
            new CompletionDialect(
                STREAM, false, new ReplayFilter(behind, ReplayFilter.NOTHING_VOID)),
            100);
    assertThat(frames).noneMatch(it -> it.data().contains("iVBO"));
    assertThat(frames).anyMatch(it -> it.data().contains("https://h/p.png"));
  }

  private static AnswerOutput output() {
    return output(LOG);
  }

  private static AnswerOutput output(List<AnswerEvent> log) {
    AnswerOutput output = new AnswerOutput();
    for (int seq = 0; seq < log.size(); seq++) {
      output.add(seq, AnswerEvent.of(log.get(seq).json()));
    }
    return output;
  }

  private static List<Frame> responses(List<AnswerEvent> log) {
    ResponseObject object = new ResponseObject(STREAM, Json.object());
    ReplayFilter window = new ReplayFilter(ReaderPosition.START, ReplayFilter.NOTHING_VOID);
    return Logs.read(log, new ResponseDialect(object, window), 100);
  }
}
