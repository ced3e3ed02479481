package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content in parts, or as one part: all that a part has is read. */
class PartsTest {

  private static final String PICTURE = "Media[kind=IMAGE, url=data:image/png;base64,iVBORw0K]";
  private static final String SOUND = "Media[kind=AUDIO, url=data:audio/wav;base64,UklGRg==]";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K'}}",
        "{'type':'image_url','image_url':'data:image/png;base64,iVBORw0K'}",
        "{'image_url':{'url':'data:image/png;base64,iVBORw0K'}}",
        "{'type':'output_image','data':'iVBORw0K','mime_type':'image/png'}",
        "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0K'}}",
        "{'type':'image','b64_json':'iVBORw0K'}",
        "{'type':'text','text':'','image_url':{'url':'data:image/png;base64,iVBORw0K'}}"
      })
  void aPictureIsReadAloneAndAmongParts(String part) throws Exception {
    for (Heard heard : each(part)) {
      assertThat(heard.text()).isEmpty();
      assertThat(beside(heard)).containsExactly(PICTURE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'input_audio','input_audio':{'data':'UklGRg=='}}",
        "{'type':'audio','audio':{'data':'UklGRg=='}}",
        "{'type':'output_audio','data':'UklGRg=='}",
        "{'type':'audio','audio':'UklGRg=='}",
        "{'type':'audio','audio':'data:audio/wav;base64,UklGRg=='}",
        "{'type':'audio_url','audio_url':{'url':'data:audio/wav;base64,UklGRg=='}}"
      })
  void soundIsReadAloneAndAmongParts(String part) throws Exception {
    for (Heard heard : each(part)) {
      assertThat(heard.text()).as(heard.toString()).isEmpty();
      assertThat(beside(heard)).containsExactly(SOUND);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'text','text':'a','image_url':{'url':'data:image/png;base64,iVBORw0K'}}",
        "{'type':'image_url','text':'a','image_url':{'url':'data:image/png;base64,iVBORw0K'}}",
        "{'type':'image','text':{'value':'a'},'data':'iVBORw0K'}",
        "{'text':'a','image_url':'data:image/png;base64,iVBORw0K'}"
      })
  void aPartMayHaveTextAndAPicture(String part) throws Exception {
    for (Heard heard : each(part)) {
      assertThat(heard.text()).isEqualTo("a");
      assertThat(beside(heard)).containsExactly(PICTURE);
    }
  }

  @Test
  void aTranscriptInAPartIsText() throws Exception {
    for (Heard heard :
        each("{'type':'output_audio','audio':{'data':'UklGRg==','transcript':'Hi'}}")) {
      assertThat(heard.text()).isEqualTo("Hi");
      assertThat(beside(heard)).containsExactly(SOUND);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'thinking','thinking':'hm'}",
        "{'type':'thinking','thinking':[{'type':'text','text':'hm'}]}",
        "{'type':'thinking','text':'hm'}",
        "{'type':'reasoning','text':'hm'}",
        "{'type':'reasoning','reasoning':'hm'}",
        "{'type':'reasoning','content':'hm'}",
        "{'type':'reasoning','content':[{'type':'reasoning_text','text':'hm'}]}",
        "{'type':'reasoning','summary':'hm'}",
        "{'type':'reasoning','summary':[{'type':'summary_text','text':'hm'}]}",
        "{'type':'reasoning','reasoning':{'text':'hm'}}",
        "{'type':'reasoning_content','reasoning_content':'hm'}",
        "{'type':'thought','text':'hm'}",
        "{'type':'text','text':'hm','thought':true}",
        "{'type':'REASONING','text':'hm'}"
      })
  void aPartOfReasoningIsReasoning(String part) throws Exception {
    for (Heard heard : each(part)) {
      assertThat(heard.thinking()).isEqualTo("hm");
      assertThat(heard.text()).isEmpty();
      assertThat(beside(heard).filter(it -> it.startsWith("LeftOut"))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'reasoning':{'summary':'hm'}",
        "'reasoning':{'summary':[{'type':'summary_text','text':'hm'}]}",
        "'reasoning':{'content':[{'type':'reasoning_text','text':'hm'}]}",
        "'reasoning':[{'type':'summary_text','text':'hm'}]",
        "'reasoning_content':{'text':'hm'}",
        "'thinking':{'thinking':'hm'}",
        "'thinking':{'content':'hm'}"
      })
  void reasoningInAFieldOfItsOwnMayHaveAnyShape(String field) throws Exception {
    assertThat(Heard.ofDeltas("{" + field + "}").thinking()).isEqualTo("hm");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'annotations':[{'type':'url_citation','url':'https://w'}]",
        "'annotations':[{'type':'url_citation','url_citation':{'url':'https://w'}}]",
        "'citations':['https://w']",
        "'citations':[{'url':'https://w'}]"
      })
  void annotationsInsideAPartAreRead(String notes) throws Exception {
    for (Heard heard : each("{'type':'output_text','text':'a'," + notes + "}")) {
      assertThat(heard.text()).isEqualTo("a");
      assertThat(beside(heard).toList())
          .singleElement()
          .asString()
          .startsWith("Annotation[json={'type':'url_citation','url':'https://w'");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'citations':['Annual report 2024'] | citations",
        "'citations':['javascript:x'] | citations",
        "'citations':[7] | citations",
        "'citations':[{'text':'a','start':0}] | citations",
        "'citations':'Annual report' | citations",
        "'citations':{'a':1} | citations",
        "'search_results':[{'title':'W'}] | search_results",
        "'web_search':[[]] |",
        "'citations':[null,'',{}] |",
        "'citations':[] |",
        "'web_search':true |"
      })
  void aSourceThatIsNoAddressIsTold(String field, String what) throws Exception {
    Heard delta = Heard.ofDeltas("{'content':'a'," + field + "}", "{'content':'b'," + field + "}");
    Heard chunk =
        Heard.of(
            "{" + field + ",'choices':[{'delta':{'content':'ab'},'finish_reason':'stop'}]}",
            "[DONE]");
    for (Heard heard : List.of(delta, chunk)) {
      assertThat(heard.text()).isEqualTo("ab");
      assertThat(heard.end()).isEqualTo("Stop");
      List<String> told = beside(heard).filter(it -> it.startsWith("LeftOut")).toList();
      if (what == null) {
        assertThat(told).isEmpty();
      } else {
        assertThat(told).singleElement().asString().startsWith("LeftOut[what=" + what + ",");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UklGRg==", "data:audio/wav;base64,UklGRg=="})
  void audioMayBeAString(String audio) throws Exception {
    assertThat(beside(Heard.ofDeltas("{'audio':'" + audio + "'}"))).containsExactly(SOUND);
    assertThat(beside(Heard.ofDeltas("{'audio':{'data':'" + audio + "'}}"))).containsExactly(SOUND);
    assertThat(beside(Heard.ofDeltas("{'audio':{'url':'" + audio + "'}}"))).containsExactly(SOUND);
    assertThat(beside(Heard.ofDeltas("{'audio':'https://h/s'}")))
        .containsExactly("Media[kind=AUDIO, url=https://h/s]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'video','video_url':{'url':'https://v'}}",
        "{'type':'file','file':{'file_id':'f'}}",
        "{'type':'image'}",
        "{'type':'image_url','image_url':{'url':'javascript:x'}}",
        "{'type':'audio','audio':{}}"
      })
  void aMediumThatCannotBePassedOnIsToldAloneAndAmongParts(String part) throws Exception {
    for (Heard heard : each(part)) {
      assertThat(heard.text()).isEmpty();
      assertThat(beside(heard)).singleElement().asString().startsWith("LeftOut");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'title':'W','image_url':'https://h/p'}",
        "{'image':'https://h/p','alt':'x'}",
        "{'type':'image request','size':3}",
        "{'audio':true,'video':false}",
        "{'reasoning':'because','answer':4}",
        "{'thinking':'because','answer':4}"
      })
  void anAnswerThatIsAnObjectIsTextThoughItsFieldsHaveTheNamesOfParts(String answer)
      throws Exception {
    Heard heard = Heard.ofDeltas("{'content':" + answer + "}");
    assertThat(heard.text()).isEqualTo(answer.replace('\'', '"'));
    assertThat(beside(heard)).isEmpty();
  }

  private static List<Heard> each(String part) throws Exception {
    return List.of(
        Heard.ofDeltas("{'content':" + part + "}"),
        Heard.ofDeltas("{'content':[" + part + "]}"),
        Heard.ofBody("{'choices':[{'message':{'content':" + part + "},'finish_reason':'stop'}]}"),
        Heard.ofBody(
            "{'choices':[{'message':{'content':[" + part + "]},'finish_reason':'stop'}]}"));
  }

  private static Stream<String> beside(Heard heard) {
    return heard.events().stream()
        .filter(it ->
            it instanceof ModelEvent.Media
                || it instanceof ModelEvent.Annotation
                || it instanceof ModelEvent.LeftOut)
        .map(it -> it.toString().replace('"', '\''));
  }
}
