package dev.everbrook.model;

import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.text;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that come under a 200, and answers that come in another body than asked for. */
class DressedErrorsTest {

  private static final String DOCUMENT =
      "{'id':'c1','choices':[{'index':0,'message':{'role':'assistant','content':'a {b}'},"
          + "'finish_reason':'stop'}],'usage':{'prompt_tokens':1,'completion_tokens':2}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'base_resp':{'status_code':1004,'status_msg':'the cat ran'}}",
        "{'choices':null,'base_resp':{'status_code':2056,'status_msg':'the cat ran'}}",
        "{'error_msg':'the cat ran','error_code':17}",
        "{'error_msg':'the cat ran'}",
        "{'errorMessage':'the cat ran','errorType':'X'}",
        "{'errors':['the cat ran']}",
        "{'errors':[{'code':7003,'message':'the cat ran'}],'success':false,'result':null}",
        "{'errors':{'message':'the cat ran'}}",
        "{'code':1113,'msg':'the cat ran'}",
        "{'code':'Odd','message':'the cat ran','request_id':'1'}",
        "{'detail':'the cat ran'}",
        "{'detail':[{'loc':['body'],'msg':'the cat ran','type':'x'}]}",
        "{'message':'the cat ran'}",
        "{'Message':'the cat ran'}",
        "{'success':false,'message':'the cat ran'}",
        "{'status':'error','message':'the cat ran'}",
        "{'statusCode':418,'message':'the cat ran'}",
        "{'type':'about:blank','title':'Odd','status':418,'detail':'the cat ran'}",
        "{'object':'error','message':'the cat ran'}",
        "{'fault':{'faultstring':'the cat ran'}}",
        "{'error':'the cat ran'}",
        "[{'error':{'message':'the cat ran'}}]",
        "{'whatever':'the cat ran'}"
      })
  void anErrorUnder200IsToldOnceInTheProvidersWords(String error) throws Exception {
    for (Heard heard :
        new Heard[] {
          Heard.ofBody(error),
          Heard.of(error),
          Heard.of(error, "[DONE]"),
          Heard.ofBody("\n\n  " + error + "\ndata: [DONE]\n\n")
        }) {
      assertThat(heard.events()).hasSize(1);
      assertThat(heard.failure().message()).contains("the cat ran");
      assertThat(heard.failure().worthRetrying()).as(heard.toString()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'base_resp':{'status_code':1002,'status_msg':'rate limit'}}               | RateLimited",
        "{'base_resp':{'status_code':1008,'status_msg':'insufficient balance'}}     | QuotaExhausted",
        "{'base_resp':{'status_code':1004,'status_msg':'login fail: api secret key'}} | Rejected",
        "{'code':'Throttling.RateQuota','message':'x'}                              | RateLimited",
        "{'code':503,'message':'x'}                                                 | Overloaded",
        "{'code':'InvalidApiKey','message':'x'}                                     | Rejected",
        "{'message':'Model is overloaded, please try again'}                        | Overloaded",
        "{'detail':'prompt is too long: 9 > 8'}                                     | ContextTooLong",
        "{'error_code':18,'error_msg':'Open api qps request limit reached: too many requests'} | RateLimited",
        "Too many requests                                                          | RateLimited",
        "upstream connect error: service unavailable                                | Overloaded"
      })
  void whereARetryMayHelpAnErrorUnder200SaysSo(String error, String failure) throws Exception {
    assertThat(Heard.ofBody(error).end()).isEqualTo(failure);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'base_resp':{'status_code':0,'status_msg':''}",
        "'base_resp':{'status_code':0,'status_msg':'success'}",
        "'error_code':0,'error_msg':''",
        "'errors':[],'success':true",
        "'code':0,'msg':'success'",
        "'code':200,'message':'OK'",
        "'status':'success','message':'ok'",
        "'detail':null,'message':''"
      })
  void theSameFieldsOnAnAnswerAreNoError(String fields) throws Exception {
    Heard heard =
        Heard.of(
            "{" + fields + "}",
            "{" + fields + ",'choices':[{'delta':{'content':'a'}}]}",
            "{" + fields + ",'choices':[{'delta':{},'finish_reason':'stop'}]}",
            "{" + fields + ",'choices':[],'usage':{'prompt_tokens':1,'completion_tokens':2}}");
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "\uFEFF%s",
        " \t\r\n\u0000  %s",
        "\n\n\n%s\n\n",
        ": keep-alive\n\n: keep-alive\n\n%s",
        "\t %s\n\ndata: [DONE]\n\n",
        "%s\n[DONE]\n",
        "%sdata: [DONE]",
        "data: %s",
        "data: %s\n\ndata: [DONE]\n\n"
      })
  void aDocumentIsReadWhateverStandsAroundIt(String around) throws Exception {
    for (String document :
        new String[] {
          DOCUMENT,
          DOCUMENT.replace(":{", ":\n   {").replace("{'", "{\n\n\t'"),
          DOCUMENT.replace(",'finish_reason':'stop'", "")
        }) {
      if (around.contains("data: %") && !document.equals(DOCUMENT)) {
        continue; // there a line end ends the data, and no finish reason is a cut
      }
      Heard heard = Heard.ofBody(around.formatted(document));
      assertThat(heard.text()).as(heard.toString()).isEqualTo("a {b}");
      assertThat(heard.end()).isEqualTo("Stop");
      assertThat(heard.usage()).contains(new Usage(1, 2));
    }
  }

  @Test
  void aDocumentThatIsCutIsCut() throws Exception {
    String cut = DOCUMENT.substring(0, DOCUMENT.length() - 1);
    assertThat(Heard.ofBody(cut).end()).isEqualTo("Truncated");
    String json = DOCUMENT.replace('\'', '"');
    Heard short1 =
        Heard.from(
            RawServer.bytes(
                "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
                    + json.replace(",\"finish_reason\":\"stop\"", "")));
    assertThat(short1.failure().worthRetrying()).isTrue();
  }

  @Test
  void linesOfJsonAreReadOneByOneAsTheyCome() throws Exception {
    String lines =
        text("a") + "\n" + text("b") + "\r\n\n" + finish("length") + "\n" + Asking.usage(3, 4);
    Heard heard = Heard.ofBody(lines + "\n");
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.end()).isEqualTo("Length");
    assertThat(heard.usage()).contains(new Usage(3, 4));
    assertThat(Heard.ofBody(text("a") + "\n" + text("b") + "\n").end()).isEqualTo("Truncated");
    try (RawServer server =
            new RawServer(socket -> {
              RawServer.bytes("HTTP/1.1 200 OK\r\n\r\n" + text("a") + "\n").play(socket);
              RawServer.silence().play(socket);
            });
        OpenAiModel model = Asking.model(server);
        ModelCall call = model.open(Asking.HELLO)) {
      var events = call.iterator();
      events.next();
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("a"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 OK           | text/plain | The cat ran.             | no answer, but this: The cat ran.",
        "200 OK           | text/plain | 'Hm: the cat\nran away'  | Hm: the cat",
        "200 OK           | text/html  | '<html><title>A cat</title>' | web page titled 'A cat'",
        "200 OK           | text/html  | '\uFEFF \n<!doctype html><p>' | web page",
        "200 OK           | text/plain | ''                       | status 200 and an empty body",
        "200 OK           | text/plain | ' \n\t '                 | status 200 and an empty body",
        "204 No Content   | text/plain | ''                       | status 204 and an empty body",
        "202 Accepted     | application/json | {'id':'job','status':'queued'} | queued",
        "200 OK           | application/json | {'choices':[]}     | choices",
        "200 OK           | application/json | {oops}             | oops"
      })
  void aBodyThatIsNoAnswerSaysWhatCame(String status, String type, String body, String message)
      throws Exception {
    Heard heard =
        Heard.from(
            RawServer.response(
                status, type, body.startsWith("{") ? body.replace('\'', '"') : body));
    assertThat(heard.failure().message()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"200 OK", "201 Created", "202 Accepted", "203 X", "206 Partial Content"})
  void everyStatusOfSuccessIsSuccess(String status) throws Exception {
    String stream = "data: " + text("a") + "\n\ndata: " + finish("stop") + "\n\n";
    Heard heard = Heard.from(RawServer.response(status, "text/event-stream", stream));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'detail':'the cat ran'}",
        "{'errors':[{'message':'the cat ran'}]}",
        "{'code':1,'msg':'the cat ran'}",
        "'\uFEFF {\"base_resp\":{\"status_code\":1,\"status_msg\":\"the cat ran\"}}'",
        "'data: {\"error\":{\"message\":\"the cat ran\"}}'"
      })
  void theWordsOfAnErrorStatusAreFoundInTheSameShapes(String body) throws Exception {
    Heard heard =
        Heard.from(RawServer.response("422 No", "application/json", body.replace('\'', '"')));
    assertThat(heard.failure().message()).endsWith(": the cat ran");
  }
}
