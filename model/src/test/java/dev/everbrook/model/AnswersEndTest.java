package dev.everbrook.model;

import static dev.everbrook.model.Asking.text;
import static dev.everbrook.model.Asking.usage;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends an answer, and with which word. */
class AnswersEndTest {

  private static final Duration SHORT = Duration.ofMillis(150);
  private static final String PAUSE = "pause";
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void aFinishReasonOnEveryChunkEndsNothing() throws Exception {
    for (String last : List.of("[DONE]", chunk("", "'stop'"))) {
      Heard heard =
          Heard.of(chunk("a", "'stop'"), chunk("b", "'stop'"), chunk("c", "'stop'"), last);
      assertThat(heard.text()).isEqualTo("abc");
      assertThat(heard.end()).isEqualTo("Stop");
    }
  }

  @Test
  void textAndCallsAfterTheReasonAreTheAnswerHoweverLateTheyCome() throws Exception {
    Heard heard =
        from(
            limits(LONG, LONG, Duration.ofSeconds(5)),
            chunk("a", "'stop'"),
            PAUSE,
            chunk("b", "'stop'"),
            PAUSE,
            "{'choices':[{'delta':{'tool_calls':[{'id':'x','function':{'name':'f','arguments':'{}'}}]}}]}",
            "[DONE]");
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.calls()).containsExactly("x f {}");
    assertThat(heard.end()).isEqualTo("ToolCalls");
  }

  @Test
  void afterTextThatFollowedTheReasonTheIdleLimitHolds() throws Exception {
    Heard heard =
        from(
            limits(LONG, LONG, SHORT),
            chunk("a", "'stop'"),
            chunk("b", "'stop'"),
            PAUSE,
            chunk("c", "'stop'"));
    assertThat(heard.text()).isEqualTo("abc");
  }

  @Test
  void aReasonBeforeAnythingWasSaidLeavesTheTimeOfTheFirstToken() throws Exception {
    Heard heard =
        from(limits(LONG, LONG, SHORT), chunk("", "'stop'"), PAUSE, chunk("a", "'stop'"), "[DONE]");
    assertThat(heard.text()).isEqualTo("a");
  }

  @Test
  void silenceAfterTheReasonEndsTheAnswerAlsoWhereHeartbeatsGoOn() throws Exception {
    RawServer.Script script =
        socket -> {
          var out = socket.getOutputStream();
          out.write(bytes(RawServer.head() + "data: " + json(chunk("a", "'stop'")) + "\n\n"));
          while (true) { // until the client hangs up
            out.write(bytes(": busy\n\ndata: " + json(chunk("", "'stop'")) + "\n\ndata: PING\n\n"));
            pause(20);
          }
        };
    Heard heard = from(limits(LONG, LONG, SHORT), script);
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void theTimeThatTheReaderTakesIsNoSilence() throws Exception {
    try (RawServer server =
            new RawServer(
                RawServer.events(
                    Heard.json(chunk("a", "'stop'"), chunk("b", "'stop'"), usage(3, 4))));
        OpenAiModel model = Asking.model(server, limits(LONG, LONG, SHORT))) {
      var events = model.open(Asking.HELLO).iterator();
      events.next();
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("a"));
      pause(400);
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("b"));
      pause(400);
      assertThat(events.next())
          .isEqualTo(
              new ModelEvent.Finished(new FinishReason.Stop(), Optional.of(new Usage(3, 4))));
    }
  }

  @Test
  void aCountThatComesLaterReplacesThePreview() throws Exception {
    String preview =
        "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':1,'completion_tokens':1}}";
    Heard heard = from(limits(LONG, LONG, LONG), text("a"), preview, PAUSE, usage(7, 8), "[DONE]");
    assertThat(heard.usage()).contains(new Usage(7, 8));
    Heard afterDone = Heard.of(text("a"), preview, "[DONE]", usage(7, 8));
    assertThat(afterDone.usage()).contains(new Usage(7, 8));
    Heard zero = Heard.of(text("a"), preview, usage(0, 0), "[DONE]");
    assertThat(zero.usage()).contains(new Usage(1, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "stop, Stop",
    "STOP, Stop",
    "Stop, Stop",
    "end, Stop",
    "COMPLETE, Stop",
    "END_TURN, Stop",
    "end_turn, Stop",
    "endTurn, Stop",
    "stop_sequence, Stop",
    "eos_token, Stop",
    "FinishReason.STOP, Stop",
    "FINISH_REASON_STOP, Stop",
    "length, Length",
    "MAX_TOKENS, Length",
    "max_tokens, Length",
    "FinishReason.MAX_TOKENS, Length",
    "max-output-tokens, Length",
    "model_length, Length",
    "ERROR_LIMIT, Length",
    "model_context_window_exceeded, Length",
    "contextLengthReached, Length",
    "tool_calls, ToolCalls",
    "tool_use, ToolCalls",
    "TOOL_CALL, ToolCalls",
    "function_call, ToolCalls",
    "SAFETY, ContentFilter",
    "content_filter, ContentFilter",
    "RECITATION, ContentFilter",
    "PROHIBITED_CONTENT, ContentFilter",
    "ERROR_TOXIC, ContentFilter",
    "sensitive, ContentFilter",
    "refusal, ContentFilter",
    "guardrail_intervened, ContentFilter",
    "error, Truncated",
    "ERROR, Truncated",
    "insufficient_system_resource, Truncated",
    "network_error, Truncated",
    "abort, Truncated",
    "USER_CANCEL, Truncated",
    "MALFORMED_FUNCTION_CALL, MALFORMED_FUNCTION_CALL",
    "pause_turn, pause_turn",
    "tired, tired",
    "' tired', tired"
  })
  void aFinishWordMeansWhatItsVendorMeans(String word, String end) throws Exception {
    Heard heard = Heard.of(text("a"), chunk("", "'" + word + "'"), "[DONE]");
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo(end);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'finish_details':{'type':'stop'},'finish_reason':null",
        "'finish_reason':{'type':'stop'}",
        "'finishReason':'STOP'",
        "'finish_reason':true"
      })
  void aFinishWordIsFoundInOtherPlaces(String field) throws Exception {
    Heard heard = Heard.of(text("a"), "{'choices':[{'delta':{}," + field + "}]}");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void anUnknownWordIsShortAndCanBeStored() throws Exception {
    String word = "ti\\u0000red\\n\\ud83d" + "x".repeat(1000);
    Heard heard = Heard.of(text("a"), chunk("", "'" + word + "'"));
    assertThat(heard.end()).startsWith("ti\uFFFDred\uFFFD\uFFFDx").hasSize(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "''",
        "null",
        "'null'",
        "'None'",
        "'FINISH_REASON_UNSPECIFIED'",
        "false",
        "0",
        "{}"
      })
  void aWordThatEndsNothingIsNoneAndDoneIsAnEndWithoutIt(String word) throws Exception {
    assertThat(Heard.of(chunk("a", word), chunk("b", word)).end()).isEqualTo("Truncated");
    Heard done = Heard.of(chunk("a", word), chunk("b", word), "[DONE]");
    assertThat(done.text()).isEqualTo("ab");
    assertThat(done.end()).isEqualTo("Stop");
    assertThat(Heard.of(chunk("a", word), chunk("", "'length'"), chunk("", word)).end())
        .isEqualTo("Length");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[DONE]", "[done]", " [DONE] ", "'[DONE]'"})
  void theMarkOfTheEndIsKnownInEveryForm(String done) throws Exception {
    assertThat(Heard.of(chunk("a", "''"), done).end()).isEqualTo("Stop");
    assertThat(Heard.of(chunk("a", "''") + done).end()).isEqualTo("Stop");
  }

  @Test
  void callsAndTheMarkOfTheEndMeanThatToolsAreWanted() throws Exception {
    Heard heard =
        Heard.of(
            "{'choices':[{'delta':{'tool_calls':[{'function':{'name':'f','arguments':'{}'}}]}}]}",
            "[DONE]");
    assertThat(heard.end()).isEqualTo("ToolCalls");
  }

  @ParameterizedTest
  @CsvSource({
    "stop, length, Length",
    "length, stop, Length",
    "content_filter, stop, ContentFilter",
    "stop, tool_calls, ToolCalls",
    "stop, tired, tired",
    "tired, stop, Stop"
  })
  void theLastWordCountsButACutAnswerStaysCut(String first, String last, String end)
      throws Exception {
    assertThat(Heard.of(chunk("a", "'" + first + "'"), chunk("b", "'" + last + "'")).end())
        .isEqualTo(end);
  }

  @Test
  void whatBreaksAfterAReasonThatWasGoneOnFromIsCut() throws Exception {
    String error = "{'error':{'message':'boom','code':502}}";
    assertThat(Heard.of(chunk("a", "'stop'"), chunk("b", "'stop'"), error).end())
        .isEqualTo("Overloaded");
    assertThat(Heard.of(chunk("a", "null"), chunk("", "'stop'"), error).end()).isEqualTo("Stop");
    String chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n"
            + "data: "
            + json(chunk("a", "'stop'"))
            + "\n\ndata: "
            + json(chunk("b", "'stop'"))
            + "\n\n";
    assertThat(Heard.from(RawServer.bytes(chunked)).end()).isEqualTo("Truncated");
  }

  @Test
  void textInTheChunkThatGivesUpIsKept() throws Exception {
    Heard heard = Heard.of(text("a"), chunk("b", "'error'"));
    assertThat(heard.text()).isEqualTo("ab");
    assertThat(heard.failure().message()).contains("saying 'error'");
  }

  private static String chunk(String text, String finish) {
    return "{'choices':[{'index':0,'delta':{'content':'"
        + text
        + "'},'finish_reason':"
        + finish
        + "}]}";
  }

  private static Limits limits(Duration firstToken, Duration idle, Duration settle) {
    return new Limits(LONG, firstToken, idle, Duration.ofSeconds(60), settle, 64 << 10);
  }

  /**
   * Of these events, with a pause in place of each {@link #PAUSE}; what stands between comes at
   * once.
   */
  private static Heard from(Limits limits, String... data) throws Exception {
    return from(
        limits,
        socket -> {
          StringBuilder together = new StringBuilder(RawServer.head());
          for (String event : data) {
            if (event.equals(PAUSE)) {
              socket.getOutputStream().write(bytes(together.toString()));
              together.setLength(0);
              pause(400);
            } else {
              together.append("data: ").append(json(event)).append("\n\n");
            }
          }
          socket.getOutputStream().write(bytes(together.toString()));
        });
  }

  private static Heard from(Limits limits, RawServer.Script script) throws Exception {
    try (RawServer server = new RawServer(script);
        OpenAiModel model = Asking.model(server, limits)) {
      return new Heard(Asking.all(model.open(Asking.HELLO)));
    }
  }

  private static String json(String text) {
    return Heard.json(text)[0];
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void pause(long millis) {
    new CompletableFuture<>().completeOnTimeout(1, millis, TimeUnit.MILLISECONDS).join();
  }
}
