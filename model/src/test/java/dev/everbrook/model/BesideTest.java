package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer has beside text: passed on where it has a shape that is known, told otherwise. */
class BesideTest {

  private static final String PICTURE = "data:image/png;base64,iVBORw0K";

  private final Queue<ModelEvent> events = new ArrayDeque<>();
  private final AnswerReader answer = new AnswerReader("asked", events);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'images':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K'}}]}",
        "{'images':[{'type':'image_url','image_url':'data:image/png;base64,iVBORw0K'}]}",
        "{'images':['data:image/png;base64,iVBORw0K']}",
        "{'images':['iVBORw0K']}",
        "{'images':{'url':'data:image/png;base64,iVBORw0K'}}",
        "{'images':[{'b64_json':'iVBORw0K'}]}",
        "{'content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K'}}]}",
        "{'content':[{'type':'output_image','data':'iVBORw0K','mime_type':'image/png'}]}",
        "{'content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0K'}}]}",
      })
  void aPictureIsReadInAllItsShapes(String delta) {
    delta(delta);
    assertThat(said()).containsExactly(picture(PICTURE));
    assertThat(answer.spoke()).isTrue();
  }

  @Test
  void aPictureInAWholeMessageIsReadAndOneThatIsRepeatedCountsOnce() {
    read(
        "{'choices':[{'message':{'content':'a','images':[{'image_url':{'url':'https://h/p'}}]}}]}");
    read("{'choices':[{'message':{'images':[{'image_url':{'url':'https://h/p'}}]}}]}");
    assertThat(said()).containsExactly(new ModelEvent.Text("a"), picture("https://h/p"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'images':[{'image_url':{'url':'javascript:alert(1)'}}]}",
        "{'images':[{'image_url':{'url':'data:text/html;base64,AAAA'}}]}",
        "{'images':[{'what':1}]}",
        "{'content':[{'type':'image'}]}"
      })
  void aPictureThatCannotBeShownIsTold(String delta) {
    delta(delta);
    assertThat(leftOut()).containsExactly("image");
  }

  @Test
  void picturesHaveABoundAndWhatPassesItIsTold() {
    String half = "data:image/png;base64," + "A".repeat(ModelEvent.Media.CHARS_MAX / 2);
    delta("{'images':['" + half + "']}");
    delta("{'images':['" + half + "B']}");
    delta("{'images':['https://h/small'],'content':'so'}");
    assertThat(said()).filteredOn(ModelEvent.Media.class::isInstance).hasSize(2);
    assertThat(leftOut()).containsExactly("image");
    assertThat(said()).contains(new ModelEvent.Text("so"));
  }

  @Test
  void soundIsPutTogetherWhereverItWasCutAndItsTranscriptIsText() {
    byte[] bytes = "RIFF, and then some more.".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String whole = Base64.getEncoder().encodeToString(bytes);
    delta("{'audio':{'id':'a','transcript':'Hel'}}");
    delta("{'audio':{'data':'" + whole.substring(0, 7) + "','transcript':'lo'}}");
    delta("{'audio':{'data':'" + whole.substring(7) + "'}}");
    delta("{'audio':{'expires_at':7}}");
    answer.end();
    assertThat(said())
        .containsExactly(
            new ModelEvent.Text("Hel"),
            new ModelEvent.Text("lo"),
            new ModelEvent.Media(ModelEvent.Media.Kind.AUDIO, "data:audio/wav;base64," + whole));
  }

  @Test
  void soundThatIsNoneIsTold() {
    delta("{'audio':{'data':'!!!!'}}");
    delta("{'audio':{'data':'!!!!'}}");
    answer.end();
    assertThat(leftOut()).containsExactly("audio");
  }

  @Test
  void anAnnotationIsToldAsTheResponsesApiWritesIt() {
    delta(
        "{'content':'Sun.','annotations':[{'type':'url_citation','url_citation':{'url':'https://w',"
            + "'title':'W','start_index':0,'end_index':4,'content':'long'}}]}");
    assertThat(said())
        .containsExactly(new ModelEvent.Text("Sun."), citation("https://w", "W", 0, 4));
  }

  @Test
  void annotationsWaitForTextAndWithoutAnyComeAtTheEnd() {
    delta("{'annotations':[{'type':'file_citation','file_id':'f'}]}");
    assertThat(said()).isEmpty();
    answer.end();
    assertThat(said())
        .containsExactly(new ModelEvent.Annotation(json("{'type':'file_citation','file_id':'f'}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'citations':['https://w'],'choices':[{'index':0,'delta':{'content':'a'}}]}",
        "{'citations':[{'url':'https://w'}],'choices':[{'index':0,'delta':{'content':'a'}}]}",
        "{'choices':[{'index':0,'citations':['https://w'],'delta':{'content':'a'}}]}",
        "{'choices':[{'index':0,'delta':{'content':'a','citations':['https://w']}}]}",
        "{'web_search':[{'link':'https://w'}],'choices':[{'index':0,'delta':{'content':'a'}}]}"
      })
  void sourcesListedWithEveryChunkAreAnnotationsOnce(String chunk) {
    read(chunk);
    read(chunk);
    assertThat(said())
        .containsExactly(
            new ModelEvent.Text("a"), citation("https://w", "", 0, 0), new ModelEvent.Text("a"));
  }

  @Test
  void searchResultsGiveTheSourcesTheirTitles() {
    read(
        "{'citations':['https://w'],'search_results':[{'title':'W','url':'https://w'}],"
            + "'choices':[{'index':0,'message':{'content':'a'}}]}");
    assertThat(said()).containsExactly(new ModelEvent.Text("a"), citation("https://w", "W", 0, 0));
  }

  @Test
  void aFunctionCallIsAToolCall() {
    delta("{'function_call':{'name':'f','arguments':''}}");
    delta("{'function_call':{'arguments':'{}'}}");
    read("{'choices':[{'index':0,'delta':{},'finish_reason':'function_call'}]}");
    answer.end();
    assertThat(said())
        .containsExactly(new ModelEvent.ToolCall(0, Optional.empty(), Optional.of("f"), "{}"));
  }

  @Test
  void aFunctionCallBesideItsToolCallIsTheSame() {
    delta(
        "{'function_call':{'name':'f','arguments':'{}'},"
            + "'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}]}");
    answer.end();
    assertThat(said()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'text':'a','index':0}]}",
        "{'choices':[{'text':'a','delta':{}}]}",
        "{'choices':[{'text':'a','delta':{'content':'a'}}]}",
        "{'choices':[{'text':'a','message':null}]}"
      })
  void aCompletionsTextIsTheText(String chunk) {
    read(chunk);
    assertThat(said()).containsExactly(new ModelEvent.Text("a"));
  }

  @Test
  void whatACallHasBesideIsKeptForIt() {
    delta(
        "{'tool_calls':[{'index':0,'id':'x','type':'function','function':{'name':'f',"
            + "'arguments':'{}','note':1},'extra_content':{'google':{'thought_signature':'S'}}}]}");
    answer.end();
    assertThat(said())
        .containsExactly(
            new ModelEvent.ToolCall(0, Optional.of("x"), Optional.of("f"), "{}"),
            new ModelEvent.Keep(
                OptionalInt.of(0),
                json(
                    "{'fields':{'extra_content':{'google':{'thought_signature':'S'}},"
                        + "'function':{'note':1}}}")));
  }

  @Test
  void reasoningDetailsArePutTogetherAndStandBeforeWhatFollows() {
    delta(
        "{'reasoning':'Hm','reasoning_details':[{'type':'reasoning.text','text':'Hm','index':0}]}");
    delta("{'reasoning':'!','reasoning_details':[{'type':'reasoning.text','text':'!','index':0}]}");
    delta("{'reasoning_details':[{'type':'reasoning.text','signature':'S','index':0}]}");
    delta("{'reasoning_details':[{'type':'reasoning.encrypted','data':'D','index':1}]}");
    delta("{'content':'So.'}");
    assertThat(said())
        .containsExactly(
            new ModelEvent.Thinking("Hm"),
            new ModelEvent.Thinking("!"),
            keep(
                "{'as':'reasoning','fields':{'reasoning_details':["
                    + "{'type':'reasoning.text','index':0,'signature':'S','text':'Hm!'},"
                    + "{'type':'reasoning.encrypted','index':1,'data':'D'}]}}"),
            new ModelEvent.Text("So."));
  }

  @Test
  void blocksWithoutAnIndexGoOnUntilTheyAreSigned() {
    delta("{'reasoning_content':'a','thinking_blocks':[{'type':'thinking','thinking':'a'}]}");
    delta("{'reasoning_content':'b','thinking_blocks':[{'type':'thinking','thinking':'b'}]}");
    delta("{'thinking_blocks':[{'type':'thinking','signature':'S'}]}");
    delta("{'thinking_blocks':[{'type':'thinking','thinking':'c'}]}");
    delta("{'thinking_blocks':[{'type':'redacted_thinking','data':'D'}]}");
    answer.end();
    assertThat(said())
        .last()
        .isEqualTo(
            keep(
                "{'fields':{'thinking_blocks':["
                    + "{'type':'thinking','signature':'S','thinking':'ab'},"
                    + "{'type':'thinking','thinking':'c'},"
                    + "{'type':'redacted_thinking','data':'D'}]}}"));
  }

  @ParameterizedTest
  @CsvSource({"reasoning", "reasoning_text", "thinking"})
  void theFieldInWhichReasoningCameIsKept(String field) {
    delta("{'" + field + "':'Hm'}");
    answer.end();
    assertThat(said())
        .containsExactly(new ModelEvent.Thinking("Hm"), keep("{'as':'" + field + "'}"));
  }

  @Test
  void whatComesBesideAMessageLateIsKeptAtTheEnd() {
    delta("{'content':'So.'}");
    delta("{'content':'','extra_content':{'google':{'thought_signature':'S'}}}");
    answer.end();
    assertThat(said())
        .containsExactly(
            new ModelEvent.Text("So."),
            keep("{'fields':{'extra_content':{'google':{'thought_signature':'S'}}}}"));
  }

  @Test
  void whatIsKeptHasABoundAndWhatPassesItIsTold() {
    String long0 = "x".repeat(Kept.BYTES_MAX / 2);
    for (int i = 0; i < 3; i++) {
      delta("{'reasoning_details':[{'type':'reasoning.encrypted','data':'" + long0 + "'}]}");
    }
    delta("{'tool_calls':[{'id':'x','function':{'name':'f'},'extra':'" + long0 + long0 + "'}]}");
    answer.end();
    assertThat(leftOut()).containsExactly("reasoning_details", "extra_content");
  }

  @Test
  void aFieldThatIsNotKnownIsToldOnce() {
    delta("{'video':{'url':'https://v'},'content':'a','token_ids':[1,2],'empty':[],'odd':'text'}");
    delta("{'video':{'url':'https://v'},'content':[{'type':'reference','reference_ids':[1]}]}");
    assertThat(leftOut()).containsExactly("video", "reference");
    assertThat(said()).contains(new ModelEvent.Text("a"));
  }

  private List<String> leftOut() {
    return events.stream()
        .filter(ModelEvent.LeftOut.class::isInstance)
        .map(it -> ((ModelEvent.LeftOut) it).what())
        .toList();
  }

  private List<ModelEvent> said() {
    return events.stream().filter(it -> !(it instanceof ModelEvent.Started)).toList();
  }

  private void delta(String delta) {
    read("{'choices':[{'index':0,'delta':" + delta + "}]}");
  }

  private void read(String chunk) {
    answer.read(Json.MAPPER.readTree(json(chunk)));
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static ModelEvent picture(String url) {
    return new ModelEvent.Media(ModelEvent.Media.Kind.IMAGE, url);
  }

  private static ModelEvent keep(String json) {
    return new ModelEvent.Keep(OptionalInt.empty(), json(json));
  }

  private static ModelEvent citation(String url, String title, int start, int end) {
    return new ModelEvent.Annotation(
        json(
            "{'type':'url_citation','url':'%s','title':'%s','start_index':%d,'end_index':%d}"
                .formatted(url, title, start, end)));
  }
}
