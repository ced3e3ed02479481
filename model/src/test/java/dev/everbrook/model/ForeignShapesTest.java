package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes of answers and errors that no specification has, each found at a provider or a proxy. */
final class ForeignShapesTest {

  private static final String DONE = "[DONE]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'choices':{'0':{'delta':{'content':'a'}}}} | {'choices':{'0':{'delta':{'content':'b'}}}}",
        "{'choices':{'delta':{'content':'a'}}} | {'choices':{'delta':{'content':'b'}}}",
        "{'data':{'choices':[{'delta':{'content':'a'}}]}} | {'data':{'choices':[{'delta':{'content':'b'}}]}}",
        "{'output':{'choices':[{'message':{'content':'a'}}]}} | {'output':{'choices':[{'message':{'content':'b'}}]}}",
        "{'choices':[{'content':'a'}]} | {'choices':[{'content':'b'}]}",
        "{'choices':[{'delta':{},'content':'a'}]} | {'choices':[{'delta':null,'content':'b'}]}"
      })
  void textIsFoundAroundTheUsualPlace(String first, String second) throws Exception {
    Heard heard = Heard.of(first, second, DONE);
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void callsOfAChoiceWithoutADeltaAreCalls() throws Exception {
    Heard heard =
        Heard.of(
            "{'choices':[{'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'}}]}]}",
            DONE);
    assertThat(heard.calls()).containsExactly("x f {}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tool_use", "tool_call", "function_call"})
  void callsAmongThePartsOfTheContentAreCalls(String type) throws Exception {
    Heard heard =
        Heard.ofDeltas(
            "{'content':[{'type':'text','text':'a'},{'type':'"
                + type
                + "','id':'x','name':'f','input':{'a':1}}]}");
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.calls()).containsExactly("x f {'a':1}");
    assertThat(heard.events()).noneMatch(ModelEvent.LeftOut.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'delta':{'finish_reason':'length'}}]}",
        "{'choices':[{'delta':{},'message':{'finish_reason':'length'}}]}",
        "{'choices':[{'delta':{}}],'finish_reason':'length'}",
        "{'choices':[],'finish_reason':'length'}",
        "{'choices':[{'delta':{},'finish_reason':['length']}]}",
        "{'choices':[{'delta':{},'finish_reason':null,'stop_reason':'max_tokens'}]}",
        "{'choices':[{'delta':{},'finish_reason':'MaxTokensReached'}]}"
      })
  void aFinishReasonIsFoundWhereverItStands(String chunk) throws Exception {
    Heard heard = Heard.of(Asking.text("a"), chunk);
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Length");
  }

  @Test
  void aFinishReasonStandsBeforeTheWordThatStoppedTheModel() throws Exception {
    Heard heard =
        Heard.of(
            Asking.text("a"),
            "{'choices':[{'delta':{},'finish_reason':'stop','stop_reason':'###'}]}",
            DONE);
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'index':0,'id':'x','function':{'name':'f','arguments':'{}'}} ~ "
            + "{'index':0,'function':{'arguments':'{\\'a\\':'}} ~ "
            + "{'index':0,'function':{'arguments':'1}'}}",
        "{'index':0,'id':'x','function':{'name':'f','arguments':{}}} ~ "
            + "{'index':0,'id':'x','function':{'arguments':'{\\'a\\':1}'}}"
      })
  void anEmptyObjectBeforeTheArgumentsIsNoPartOfThem(String pieces) throws Exception {
    List<String> deltas =
        List.of(pieces.split(" ~ ", -1)).stream()
            .map(piece -> "{'tool_calls':[" + piece + "]}")
            .toList();
    Heard heard = Heard.ofDeltas(deltas.toArray(String[]::new));
    assertThat(heard.calls()).containsExactly("x f {'a':1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'None'", "'null'", "'none'", "' '", "'ok'"})
  void aWordForNothingIsNoError(String error) throws Exception {
    Heard heard =
        Heard.of(
            "{'choices':[{'delta':{'content':'a'}}],'error':" + error + "}",
            Asking.finish("stop"),
            DONE);
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'Error':'no way'}",
        "{'ERROR':{'Message':'no way'}}",
        "{'err':{'message':'no way'}}",
        "{'exception':'no way'}",
        "{'detail':{'error':{'message':'no way'}}}",
        "{'response':{'error':'no way'}}",
        "{'Response':{'Error':{'Code':'AuthFailure','Message':'no way'}}}",
        "{'header':{'code':10013,'message':'no way'}}",
        "{'error':{'message':'no way','metadata':{}}}"
      })
  void anErrorUnderAnotherNameOrInAnEnvelopeIsStated(String error) throws Exception {
    for (Heard heard : List.of(Heard.ofBody(error), Heard.of(error), Heard.of(error, DONE))) {
      assertThat(heard.failure().message()).endsWith(": no way");
    }
    Heard late = Heard.of(Asking.text("a"), error);
    assertThat(late.text()).isEqualTo("a");
    assertThat(late.failure().message()).endsWith(": no way");
  }

  @Test
  void theWordsOfTheProviderBehindAGatewayAreTold() throws Exception {
    Heard heard =
        Heard.ofBody(
            "{'error':{'message':'Provider returned error','code':429,"
                + "'metadata':{'raw':'model m is busy upstream','provider_name':'P'}}}");
    assertThat(heard.failure()).isInstanceOf(Failure.RateLimited.class);
    assertThat(heard.failure().message())
        .endsWith("Provider returned error: model m is busy upstream");
  }

  @Test
  void anErrorWithATypeAloneIsAnError() throws Exception {
    Heard heard = Heard.of(Asking.text("a"), "{'error':{'type':'overloaded_error'}}");
    assertThat(heard.failure().message()).contains("overloaded_error");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | []",
        "{'id':'x','choices':[]} | {\"id\":\"x\",\"choices\":[]}",
        "{'id':'x','choices':null} | {\"id\":\"x\",\"choices\":null}"
      })
  void aBodyWithoutAnAnswerIsQuoted(String body, String quote) throws Exception {
    assertThat(Heard.ofBody(body).failure().message()).endsWith("but this: " + quote);
  }

  @ParameterizedTest
  @ValueSource(strings = {"upstream connect error\n", "data: upstream connect error\n\n"})
  void aLineBesideACutAnswerIsTold(String line) throws Exception {
    Heard heard =
        Heard.from(RawServer.bytes(RawServer.head() + "data: " + Asking.text("a") + "\n\n" + line));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.failure()).isInstanceOf(Failure.Truncated.class);
    assertThat(heard.failure().message()).endsWith("it sent: upstream connect error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'choices':[{'delta':{},'annotations':[{'type':'url_citation','url':'https://a.example/'}]}]}",
        "{'choices':[{'delta':{}}],'annotations':[{'type':'url_citation','url':'https://a.example/'}]}"
      })
  void annotationsBesideTheDeltaAreKept(String chunk) throws Exception {
    Heard heard = Heard.of(Asking.text("a"), chunk, DONE);
    assertThat(heard.events()).filteredOn(ModelEvent.Annotation.class::isInstance).hasSize(1);
  }

  @Test
  void picturesBesideTheDeltaAreKept() throws Exception {
    Heard heard =
        Heard.of(
            "{'choices':[{'delta':{'content':'a'}}],'images':['https://a.example/i.png']}", DONE);
    assertThat(heard.events())
        .contains(new ModelEvent.Media(ModelEvent.Media.Kind.IMAGE, "https://a.example/i.png"));
  }
}
