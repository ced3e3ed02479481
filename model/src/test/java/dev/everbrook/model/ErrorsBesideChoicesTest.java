package dev.everbrook.model;

import static dev.everbrook.model.Asking.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that stand within a choice, or beside one that says nothing. */
class ErrorsBesideChoicesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'index':0,'delta':{'content':''},'finish_reason':'error','error':{'code':502,'message':'the cat ran'}}",
        "{'index':0,'delta':{},'finish_reason':null,'error':{'code':502,'message':'the cat ran'}}",
        "{'index':0,'finish_reason':'stop','error':{'code':502,'message':'the cat ran'}}",
        "{'index':1,'delta':{},'error':{'message':'the cat ran','code':502}}",
        "{'error':'the cat ran, try again'}",
        "{'message':{'role':'assistant','content':''},'finish_reason':'error','error':{'code':502,'message':'the cat ran'}}",
        "{'delta':{'error':{'code':502,'message':'the cat ran'}}}",
        "{'message':{'content':null,'error':{'code':502,'message':'the cat ran'}}}",
        "{'delta':{'content':'b'},'error':{'code':502,'message':'the cat ran'}}"
      })
  void anErrorWithinAChoiceIsTold(String choice) throws Exception {
    String chunk = "{'id':'c','choices':[" + choice + "]}";
    for (Heard heard :
        List.of(Heard.ofBody(chunk), Heard.of(chunk), Heard.of(text("a"), chunk, "[DONE]"))) {
      assertThat(heard.end()).isEqualTo("Overloaded");
      assertThat(heard.failure().message()).contains("the cat ran");
    }
    Heard after = Heard.of(text("a"), chunk, "[DONE]");
    assertThat(after.text()).isEqualTo(choice.contains("'b'") ? "ab" : "a");
  }

  @Test
  void theCodeOfAnErrorWithinAChoiceTellsItsKind() throws Exception {
    assertThat(Heard.of("{'choices':[{'delta':{},'error':{'code':429,'message':'slowly'}}]}").end())
        .isEqualTo("RateLimited");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'index':0,'delta':{}}",
        "{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}",
        "{'index':0,'delta':null}",
        "{'index':0,'delta':{'role':'assistant'},'finish_reason':'stop'}",
        "{'index':0,'message':{'role':'assistant','content':''},'finish_reason':''}",
        "{'index':0,'message':null}"
      })
  void errorFieldsBesideAChoiceThatSaysNothingAreAnError(String choice) throws Exception {
    for (String fields :
        List.of(
            "'code':1113,'msg':'the cat ran'",
            "'error_msg':'the cat ran','error_code':17",
            "'status':'failed','message':'the cat ran'",
            "'errors':[{'message':'the cat ran'}]",
            "'success':false,'message':'the cat ran'",
            "'base_resp':{'status_code':1004,'status_msg':'the cat ran'}")) {
      String chunk = "{" + fields + ",'choices':[" + choice + "]}";
      for (Heard heard : List.of(Heard.ofBody(chunk), Heard.of(chunk, "[DONE]"))) {
        assertThat(heard.failure().message()).as(chunk).contains("the cat ran");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'error':null",
        "'error':{}",
        "'error':''",
        "'error':{'code':0,'message':'success'}",
        "'error':false",
        "'native_finish_reason':'completed','message':{'role':'assistant','content':''}"
      })
  void whatStatesNoErrorWithinAChoiceIsNone(String field) throws Exception {
    Heard heard =
        Heard.of(
            "{'choices':[{'delta':{'role':'assistant','content':''}," + field + "}]}",
            "{'choices':[{'delta':{'content':'a'}," + field + "}]}",
            "{'choices':[{'delta':{},'finish_reason':'stop'," + field + "}]}");
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void fieldsOfAnErrorBesideWordsAreNone() throws Exception {
    Heard heard =
        Heard.of(
            "{'code':7,'msg':'x','choices':[{'delta':{'content':'a'},'finish_reason':'stop'}]}");
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }
}
