package dev.everbrook.model;

import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.text;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that are no events, and fields that only look like errors. */
class StrayLinesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: PING\n\n",
        "data: DONE\n\n",
        "data: [END]\n\n",
        "data: : OPENROUTER PROCESSING\n\n",
        "event: heartbeat\ndata: still here\n\n",
        "event: ping\ndata: {'type':'ping'}\n\n",
        "event: keep-alive\ndata: {'message':'still here'}\n\n",
        "data: 1\n\n",
        "data: null\n\n",
        "data: 'ping'\n\n",
        "data: {'type': 'pi\n\n",
        "data: {ping}\n\n",
        "data: undefined\n\n",
        "PING\n\n",
        "retry 100\n\n",
        "<!-- keep-alive -->\n\n"
      })
  void aLineThatIsNoEventIsPassedOverAndCounted(String stray) throws Exception {
    String line = stray.replace('\'', '"');
    for (int at = 0; at < 3; at++) {
      String[] parts = {event(text("a")), event(text("b")), event(finish("stop"))};
      parts[at] = line + parts[at] + line;
      if (at == 0 && line.startsWith("<")) {
        continue; // a body that begins so is a web page
      }
      Heard heard = Heard.from(RawServer.bytes(RawServer.head() + String.join("", parts)));
      assertThat(heard.text()).as(heard.toString()).isEqualTo("ab");
      assertThat(heard.end()).isEqualTo("Stop");
      assertThat(heard.skipped()).isEqualTo(2);
    }
  }

  @Test
  void anAnswerWithoutStrayLinesCountsNone() throws Exception {
    assertThat(Heard.of(text("a"), finish("stop"), "[DONE]").events())
        .noneMatch(ModelEvent.Skipped.class::isInstance);
    assertThat(
            Heard.from(
                    RawServer.bytes(
                        RawServer.head()
                            + ": comment\n\nid: 1\nretry: 3\nevent: x\n"
                            + event(finish("stop"))))
                .skipped())
        .isZero();
  }

  @Test
  void aCutChunkAfterTheReasonIsPassedOverButOneBeforeItIsAHoleInTheAnswer() throws Exception {
    String cut = text("lost").substring(0, 60);
    Heard after = Heard.of(text("a"), finish("stop"), cut);
    assertThat(after.end()).isEqualTo("Stop");
    assertThat(after.skipped()).isEqualTo(1);
    Heard before = Heard.of(text("a"), cut, text("b"), finish("stop"));
    assertThat(before.end()).isEqualTo("Protocol");
    assertThat(before.failure().message()).contains("choices");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'choices':[{'delta':{'content':'a'},'logprobs':{'p':NaN}}]}                | a",
        "{'choices':[{'delta':{'content':'a'},'p':Infinity,'q':-Infinity,'r':+INF}]} | a",
        "{'choices':[{'delta':{'content':'a\tb'}}]}                                  | a\tb",
        "{'choices':[{'delta':{'content':'a\u0001b'}}]}                              | a\u0001b",
        "{'choices':[{'delta':{'content':'a\\$b'}}]}                                 | a$b"
      })
  void jsonThatIsNotQuiteJsonIsRead(String chunk, String text) throws Exception {
    Heard stream = Heard.of(chunk, finish("stop"));
    assertThat(stream.text()).isEqualTo(text);
    assertThat(stream.end()).isEqualTo("Stop");
    Heard body = Heard.ofBody(chunk.replace("'delta'", "'finish_reason':'stop','message'"));
    assertThat(body.text()).isEqualTo(text);
    assertThat(body.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {'choices':[{'delta':{'content':'a\ndata: b'}}]}\n\n",
        "data: {'choices':[{'delta':{'content':'a\nb'}}]}\n\n",
        "data: {'choices':\n[{'delta':{'content':'a\\nb'}}]}\n\n",
        "{'choices':[{'delta':{'content':'a\nb'}}]}\n\n"
      })
  void aChunkWithRawLineBreaksIsRead(String frame) throws Exception {
    String body = RawServer.head() + frame.replace('\'', '"') + event(finish("stop"));
    Heard heard = Heard.from(RawServer.bytes(body));
    assertThat(heard.text()).isEqualTo("a\nb");
    assertThat(heard.end()).isEqualTo("Stop");
    assertThat(heard.skipped()).isZero();
  }

  @Test
  void aLineThatIsNoEventBetweenTheLinesOfAChunkIsNoPartOfIt() throws Exception {
    Heard heard =
        Heard.from(
            RawServer.bytes(
                RawServer.head()
                    + "data: "
                    + text("a")
                    + "\nPING\n\n: b\ndata: "
                    + finish("stop")
                    + "\n\n"));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.skipped()).isEqualTo(1);
  }

  @Test
  void whatIsGluedToALineThatIsNoEventIsRead() throws Exception {
    Heard heard = Heard.of(text("a") + "PING", "PING " + text("b"), finish("stop"));
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.end()).isEqualTo("Stop");
    assertThat(heard.skipped()).isPositive();
  }

  @Test
  void aChunkThatIsQuotedOnceMoreIsRead() throws Exception {
    String quoted = Json.MAPPER.writeValueAsString(text("a"));
    Heard heard = Heard.of(quoted, finish("stop"));
    assertThat(heard.text()).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: PING\n\n",
        "data: 1\n\n",
        "event: ping\ndata: PING\n\n",
        "PING\n\n",
        "data: {'PING':1}\n\n"
      })
  void whereNothingElseArrivedTheAnswerFailsAndSaysWhatCame(String stray) throws Exception {
    String line = stray.replace('\'', '"');
    Heard heard = Heard.from(RawServer.bytes(RawServer.head() + line + line + ": x\n\n"));
    assertThat(heard.end()).isEqualTo("Protocol");
    assertThat(heard.failure().message()).containsAnyOf("PING", ": 1");
    assertThat(heard.failure().worthRetrying()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "''",
        "false",
        "0",
        "[]",
        "' '",
        "{'message':'','code':0}",
        "{'message':null,'code':null,'type':''}",
        "{'code':0,'message':'Success'}",
        "{'code':200,'message':'ok'}",
        "{'details':[]}"
      })
  void anErrorThatSaysNothingIsNone(String error) throws Exception {
    Heard heard =
        Heard.of(
            "{'error':" + error + ",'choices':[{'delta':{'content':'a'}}]}",
            "{'choices':[],'error':" + error + "}",
            "{'choices':[{'delta':{'content':'b'},'finish_reason':'stop'}],'error':" + error + "}");
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'error':true,'message':'boom'}",
        "{'error':['boom']}",
        "{'error':502,'message':'boom'}",
        "{'error':{'message':'','details':{'message':'boom'}}}",
        "{'error':{'code':502},'message':'boom'}",
        "{'error':{},'message':'boom'}"
      })
  void anErrorThatSaysSomethingFailsTheAnswerWithItsWords(String error) throws Exception {
    Heard heard = Heard.of(text("a"), error);
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.failure().message()).contains("boom");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "event: error\ndata: boom\n\n",
        "event: error\ndata: 'boom'\n\n",
        "event: Error\ndata: {'x':'boom'}\n\n",
        "event: error\ndata: 500\n\n",
        "event: error\ndata:\n\n",
        "event: error\ndata: {}\n\n"
      })
  void anEventThatIsNamedAnErrorFailsTheAnswerWhateverItHolds(String event) throws Exception {
    String body = RawServer.head() + event(text("a")) + event.replace('\'', '"');
    Heard heard = Heard.from(RawServer.bytes(body + event(text("b")) + event(finish("stop"))));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Overloaded");
    assertThat(heard.failure().message()).contains(event.contains("boom") ? "boom" : "provider");
    Heard after =
        Heard.from(
            RawServer.bytes(RawServer.head() + event(text("a")) + event(finish("stop")) + event));
    assertThat(after.end()).isEqualTo("Stop");
  }

  @Test
  void aNoticeInTheMiddleIsNoErrorWhereTheAnswerGoesOn() throws Exception {
    Heard heard =
        Heard.of("{'message':'queued, place 3'}", text("a"), "{'detail':'x'}", finish("stop"));
    assertThat(heard.end()).isEqualTo("Stop");
    assertThat(Heard.of(text("a"), "{'message':'the model crashed'}").failure().message())
        .contains("the model crashed");
  }

  private static String event(String data) {
    return "data: " + data + "\n\n";
  }
}
