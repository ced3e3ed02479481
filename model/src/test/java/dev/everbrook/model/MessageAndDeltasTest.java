package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What deltas and messages of one answer have: each thing once, wherever it stands. */
class MessageAndDeltasTest {

  private static final String SOUND =
      Base64.getEncoder()
          .encodeToString(
              "RIFF, and then some more sound."
                  .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'images':[{'image_url':{'url':'https://h/p'}}] | Media[kind=IMAGE, url=https://h/p]",
        "'audio':{'data':'UklGRg==','id':'s'} | Media[kind=AUDIO, url=data:audio/wav;base64,UklGRg==]",
        "'annotations':[{'type':'url_citation','url_citation':{'url':'https://w'}}] | Annotation",
        "'citations':['https://w'] | Annotation",
        "'reasoning_details':[{'type':'reasoning.encrypted','data':'D'}] | Keep",
        "'extra_content':{'google':{'thought_signature':'S'}} | Keep",
        "'video':{'url':'https://v'} | LeftOut[what=video"
      })
  void whatOnlyTheLastMessageHasIsRead(String field, String event) throws Exception {
    String last = "'message':{'role':'assistant','content':'ab'," + field + "}";
    for (String delta :
        List.of(
            "",
            "'delta':{},",
            "'delta':{'role':'assistant','content':''},",
            "'delta':{'content':'','provider':'x','usage':{},'ids':[1]},",
            "'delta':{'content':'b'},")) {
      String first = delta.contains("'b'") ? "a" : "ab";
      Heard heard =
          Heard.of(
              choice("'delta':{'content':'" + first + "'}"),
              choice(delta + last + ",'finish_reason':'stop'"),
              "[DONE]");
      assertThat(heard.text()).as(delta).isEqualTo("ab");
      assertThat(beside(heard).filter(it -> it.startsWith(event))).as(delta).hasSize(1);
      assertThat(heard.end()).isEqualTo("Stop");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'images':[{'image_url':{'url':'https://h/p'}}]",
        "'audio':{'data':'UklGRg==','id':'s'}",
        "'annotations':[{'type':'url_citation','url_citation':{'url':'https://w'}}]"
      })
  void aMessageWithoutWordsIsReadBesideADeltaThatSaysNothing(String field) throws Exception {
    for (String delta :
        List.of("{}", "null", "{'role':'assistant','content':null}", "{'id':'x'}")) {
      String chunk = choice("'delta':" + delta + ",'message':{'content':null," + field + "}");
      for (Heard heard : List.of(Heard.ofBody(chunk), Heard.of(chunk, finish()))) {
        assertThat(beside(heard)).as(delta + heard).hasSize(1);
        assertThat(heard.end()).as(delta + heard).isEqualTo("Stop");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[DONE]", ""})
  void soundAloneIsAnAnswer(String end) throws Exception {
    String chunk = choice("'delta':{'audio':{'data':'" + SOUND + "'}}");
    Heard heard = end.isEmpty() ? Heard.of(chunk, finish()) : Heard.of(chunk, end);
    assertThat(beside(heard)).hasSize(1);
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void aMessageRepeatsNothingThatItsDeltasHad() throws Exception {
    String details = "'reasoning_details':[{'type':'reasoning.text','text':'Hm','index':0}]";
    String images = "'images':[{'image_url':{'url':'https://h/p'}}]";
    String notes = "'annotations':[{'type':'url_citation','url_citation':{'url':'https://w'}}]";
    String extra = "'extra_content':{'s':'S'},'thought_signatures':['T']";
    Heard heard =
        Heard.of(
            choice(
                "'delta':{'reasoning':'H','reasoning_details':[{'type':'reasoning.text','text':'H','index':0}]}"),
            choice(
                "'delta':{'reasoning':'m','reasoning_details':[{'type':'reasoning.text','text':'m','index':0}]}"),
            choice("'delta':{'content':'ab'," + images + "," + notes + "," + extra + "}"),
            choice(
                "'message':{'reasoning':'Hm','content':'ab',"
                    + String.join(",", details, images, notes, extra)
                    + "},'finish_reason':'stop'"));
    assertThat(beside(heard))
        .containsExactly(
            keep(
                "{'as':'reasoning','fields':{'extra_content':{'s':'S'},'thought_signatures':['T'],"
                    + "'reasoning_details':[{'type':'reasoning.text','index':0,'text':'Hm'}]}}"),
            "Media[kind=IMAGE, url=https://h/p]",
            "Annotation[json={'type':'url_citation','url':'https://w','title':'','start_index':0,'end_index':0}]");
    assertThat(heard.thinking()).isEqualTo("Hm");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'reasoning_content':'hm'}",
        "{'content':'ab'}",
        "{'refusal':'no'}",
        "{'tool_calls':[{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}]}",
        "{'tool_calls':[{'index':0,'id':'x','function':{'name':'f'}}]}",
        "{'content':[{'type':'thinking','thinking':'hm'}]}"
      })
  void aDeltaThatSaysOneThingHidesNothingElseOfTheMessageBesideIt(String delta) throws Exception {
    String message =
        "{'reasoning_content':'hm','content':'ab','refusal':'no','tool_calls':["
            + "{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}}]}";
    Heard heard =
        Heard.of(
            choice("'delta':" + delta + ",'message':" + message + ",'finish_reason':'stop'"),
            "[DONE]");
    assertThat(heard.thinking()).isEqualTo("hm");
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.refusal()).isEqualTo("no");
    assertThat(heard.calls()).containsExactly("x f {}");
  }

  @Test
  void aMessageThatRepeatsWordsDoesNotCutTheNameOfACall() throws Exception {
    Heard heard =
        Heard.of(
            choice("'delta':{'content':'a'},'message':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'index':0,'id':'x','function':{'name':'get_'}}]},"
                    + "'message':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'index':0,'function':{'name':'weather'}}]},"
                    + "'message':{'content':'a'}"),
            choice(
                "'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{}'}}]},"
                    + "'message':{'content':'a'},'finish_reason':'tool_calls'"));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.calls()).containsExactly("x get_weather {}");
  }

  @Test
  void aLaterBlockThatOnlyTheMessageHasIsKept() throws Exception {
    Heard heard =
        Heard.of(
            choice(
                "'delta':{'reasoning':'Hm','reasoning_details':[{'type':'reasoning.text','text':'Hm'}]}"),
            choice("'delta':{'content':'a'}"),
            choice(
                "'message':{'content':'a','reasoning_details':[{'type':'reasoning.text','text':'Hm'},"
                    + "{'type':'reasoning.encrypted','data':'D'}]},'finish_reason':'stop'"));
    assertThat(beside(heard))
        .containsExactly(
            keep(
                "{'as':'reasoning','fields':{'reasoning_details':[{'type':'reasoning.text','text':'Hm'}]}}"),
            keep("{'fields':{'reasoning_details':[{'type':'reasoning.encrypted','data':'D'}]}}"));
  }

  @Test
  void ofAStreamOfMessagesEachAddsWhatItHas() throws Exception {
    String block = "{'type':'reasoning.text','text':'Hm'}";
    Heard heard =
        Heard.of(
            choice(
                "'message':{'content':'a','images':['https://h/1'],'reasoning_details':["
                    + block
                    + "]}"),
            choice(
                "'message':{'content':'ab','images':['https://h/1','https://h/2'],'extra_content':{'s':'S'},"
                    + "'reasoning_details':["
                    + block
                    + ",{'type':'reasoning.encrypted','data':'D'}]}"),
            choice("'message':{'content':'abc','citations':['https://w']},'finish_reason':'stop'"));
    assertThat(heard.text()).isEqualTo("abc");
    assertThat(beside(heard).filter(it -> it.startsWith("Media"))).hasSize(2);
    assertThat(beside(heard).filter(it -> it.startsWith("Annotation"))).hasSize(1);
    String kept = String.join("", beside(heard).filter(it -> it.startsWith("Keep")).toList());
    assertThat(kept).containsOnlyOnce("'Hm'").containsOnlyOnce("'D'").containsOnlyOnce("'S'");
  }

  @Test
  void whatOnlyTheMessageHasOfACallIsKeptForItAndOnlyOnce() throws Exception {
    String head = "'index':0,'id':'x','function':{'name':'f','arguments':'{}'}";
    String extra = ",'extra_content':{'google':{'thought_signature':'S'}}";
    for (String delta : List.of("", extra)) {
      Heard heard =
          Heard.of(
              choice("'delta':{'tool_calls':[{" + head + delta + "}]}"),
              choice(
                  "'message':{'tool_calls':[{"
                      + head
                      + extra
                      + "}]},'finish_reason':'tool_calls'"));
      assertThat(heard.calls()).containsExactly("x f {}");
      assertThat(beside(heard))
          .containsExactly(
              "Keep[slot=OptionalInt[0], json={'fields':{'extra_content':{'google':{'thought_signature':'S'}}}}]");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Because it is.",
    "Because",
    "Because it",
    "' Because it is.'",
    "it is.",
    "Because it  is.",
    "B"
  })
  void aMessageThatIsShorterThanItsDeltasSaysNothingTwice(String message) throws Exception {
    boolean isBeginning = !message.startsWith("it");
    for (String rest : List.of("", isBeginning ? " " + "So it goes. ".repeat(20) : "")) {
      Heard heard =
          Heard.of(
              choice("'delta':{'content':'Because '}"),
              choice("'delta':{'content':'it is." + rest + "'}"),
              choice("'message':{'content':'" + message + "'},'finish_reason':'stop'"));
      assertThat(heard.text()).isEqualTo("Because it is." + rest);
    }
  }

  @Test
  void whatAMessageHasBeyondItsDeltasIsReadAlsoWhereItTidiesThemUp() throws Exception {
    for (String message :
        List.of("Because it is. So.", "Because  it is. So.", " Because it is. So.")) {
      Heard heard =
          Heard.of(
              choice("'delta':{'content':'Because '}"),
              choice("'delta':{'content':'it is.'}"),
              choice("'message':{'content':'" + message + "'},'finish_reason':'stop'"));
      assertThat(heard.text()).isEqualTo("Because it is. So.");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "content, {'content':'@'}, ",
    "text, , @",
    "both, {'content':'@'}, @",
  })
  void aCompletionsTextThatIsRepeatedWholeIsNotSaidTwice(String kind, String delta, String text)
      throws Exception {
    String form =
        (delta == null ? "" : "'delta':" + delta)
            + (delta == null || text == null ? "" : ",")
            + (text == null ? "" : "'text':'@'");
    Heard pieces =
        Heard.of(
            choice(form.replace("@", "l")),
            choice(form.replace("@", "l")),
            choice(form.replace("@", "ama")),
            finish());
    assertThat(pieces.text()).as(kind).isEqualTo("llama");
    if (delta != null) {
      for (String whole : List.of("'delta':{},'text':'llama'", "'text':'llama'", "'text':'lla'")) {
        Heard repeated =
            Heard.of(
                choice(form.replace("@", "l")),
                choice(form.replace("@", "lama")),
                choice(whole + ",'finish_reason':'stop'"));
        assertThat(repeated.text()).as(kind + whole).isEqualTo("llama");
      }
    }
  }

  @Test
  void theSoundAndTranscriptOfAMessageRepeatThoseOfTheDeltas() throws Exception {
    Heard heard =
        Heard.of(
            choice("'delta':{'audio':{'data':'" + SOUND.substring(0, 7) + "','transcript':'Hel'}}"),
            choice("'delta':{'audio':{'data':'" + SOUND.substring(7) + "','transcript':'lo'}}"),
            choice(
                "'message':{'content':null,'audio':{'data':'"
                    + SOUND
                    + "','transcript':'Hello'}},'finish_reason':'stop'"));
    assertThat(heard.text()).isEqualTo("Hello");
    assertThat(beside(heard))
        .containsExactly("Media[kind=AUDIO, url=data:audio/wav;base64," + SOUND + "]");
    Heard messages =
        Heard.of(
            choice(
                "'message':{'audio':{'data':'" + SOUND.substring(0, 8) + "','transcript':'Hel'}}"),
            choice("'message':{'audio':{'data':'" + SOUND + "','transcript':'Hello'}}"),
            "[DONE]");
    assertThat(messages.text()).isEqualTo("Hello");
    assertThat(beside(messages)).containsExactlyElementsOf(beside(heard).toList());
  }

  private static Stream<String> beside(Heard heard) {
    return heard.events().stream()
        .filter(it ->
            it instanceof ModelEvent.Media
                || it instanceof ModelEvent.Annotation
                || it instanceof ModelEvent.Keep
                || it instanceof ModelEvent.LeftOut)
        .map(it -> it.toString().replace('"', '\''));
  }

  private static String keep(String json) {
    return "Keep[slot=OptionalInt.empty, json=" + json + "]";
  }

  private static String finish() {
    return choice("'delta':{},'finish_reason':'stop'");
  }

  private static String choice(String said) {
    return "{'choices':[{'index':0," + said + "}]}";
  }
}
