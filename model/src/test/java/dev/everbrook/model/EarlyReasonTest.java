package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A finish reason that comes before or with the first words proves nothing about the end. */
@Timeout(30)
class EarlyReasonTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int TICK_MS = 100;
  private static final String ERROR = "data: {'error':{'message':'boom','code':502}}\n\n";

  private static final String CALL =
      "data: {'choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'x',"
          + "'function':{'name':'f','arguments':'{}'}}]},'finish_reason':'tool_calls'}]}\n\n";

  @ParameterizedTest
  @ValueSource(strings = {ERROR, "event: error\ndata: boom\n\n", "event: error\ndata: {'x':1}\n\n"})
  void anErrorAfterAnEarlyReasonFailsTheAnswer(String error) throws Exception {
    for (String before : new String[] {chunk("", "stop"), chunk("a", "stop"), CALL}) {
      Heard heard = Heard.from(RawServer.bytes(RawServer.head() + json(before + error)));
      assertThat(heard.failure()).as(before).isInstanceOf(Failure.class);
      assertThat(heard.end()).as(before).isNotEqualTo("Stop");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a"})
  void aConnectionThatBreaksAfterAnEarlyReasonIsCut(String text) throws Exception {
    for (String head :
        new String[] {
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
        }) {
      Heard heard = Heard.from(RawServer.bytes(head + json(chunk(text, "stop"))));
      assertThat(heard.text()).isEqualTo(text);
      assertThat(heard.end()).isEqualTo("Truncated");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"b", ""})
  void aReasonAfterWordsThatHadNoneEndsTheAnswerWhateverBreaks(String last) throws Exception {
    String body = chunk("a", "null") + chunk(last, "stop");
    for (String after : new String[] {ERROR, "data: {'choices':[{'de\n\n"}) {
      Heard heard = Heard.from(RawServer.bytes(RawServer.head() + json(body + after)));
      assertThat(heard.text()).isEqualTo("a" + last);
      assertThat(heard.end()).isEqualTo("Stop");
    }
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n";
    assertThat(Heard.from(RawServer.bytes(chunked + json(body))).end()).isEqualTo("Stop");
  }

  @Test
  void aWholeAnswerAsOneDocumentIsWholeThoughTheConnectionBreaks() throws Exception {
    String body = "{'choices':[{'message':{'content':'a'},'finish_reason':'stop'}]}\n";
    Heard heard =
        Heard.from(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + json(body)));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void aChunkThatIsCutAfterAReasonOnEveryChunkIsAHoleInTheAnswer() throws Exception {
    String cut = "data: {'choices':[{'index':0,'delta':{'content':'lo";
    for (String before :
        new String[] {chunk("a", "stop") + chunk("b", "stop"), chunk("ab", "stop")}) {
      Heard heard = Heard.from(RawServer.bytes(RawServer.head() + json(before + cut)));
      assertThat(heard.text()).isEqualTo("ab");
      assertThat(heard.end()).isEqualTo("Truncated");
    }
  }

  @Test
  void anEarlyReasonLeavesTheTimeThatTheAnswerHasWithoutIt() throws Exception {
    for (String said : new String[] {"", "a"}) {
      RawServer.Script script =
          socket -> {
            RawServer.bytes(RawServer.head() + json(chunk(said, "stop"))).play(socket);
            tick(socket, 8, "");
            RawServer.bytes(json(chunk("b", "stop") + "data: [DONE]\n\n")).play(socket);
          };
      Heard heard = heard(script, limits(LONG, LONG, SHORT));
      assertThat(heard.text()).isEqualTo(said + "b");
      assertThat(heard.end()).isEqualTo("Stop");
    }
  }

  @Test
  void whatComesAfterAReasonBeforeTheFirstWordIsLife() throws Exception {
    RawServer.Script script =
        socket -> {
          RawServer.bytes(RawServer.head() + json(chunk("", "stop"))).play(socket);
          tick(socket, 25, ": PROCESSING\n\n"); // for longer than the limit, which no gap reaches
          RawServer.bytes(json(chunk("a", "stop") + "data: [DONE]\n\n")).play(socket);
        };
    Heard heard = heard(script, limits(Duration.ofSeconds(2), LONG, LONG));
    assertThat(heard.text()).isEqualTo("a");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @Test
  void anAnswerThatOnlyGaveAReasonIsOverAfterTheTimeOfTheFirstToken() throws Exception {
    RawServer.Script script =
        socket -> {
          RawServer.bytes(RawServer.head() + json(chunk("", "stop"))).play(socket);
          RawServer.silence().play(socket);
        };
    assertThat(heard(script, limits(SHORT, LONG, LONG)).end()).isEqualTo("Stop");
  }

  private static String chunk(String text, String reason) {
    return "data: {'choices':[{'index':0,'delta':{'content':'"
        + text
        + "'},'finish_reason':"
        + (reason.equals("null") ? "null" : "'" + reason + "'")
        + "}]}\n\n";
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static Limits limits(Duration firstToken, Duration idle, Duration settle) {
    return new Limits(LONG, firstToken, idle, LONG, settle, 64 << 10);
  }

  private static Heard heard(RawServer.Script script, Limits limits) throws Exception {
    try (RawServer server = new RawServer(script);
        OpenAiModel model = Asking.model(server, limits)) {
      return new Heard(Asking.all(model.open(Asking.HELLO)));
    }
  }

  /** A client sends nothing after its request, so to wait for its end is to wait. */
  private static void tick(Socket socket, int times, String text) throws IOException {
    for (int i = 0; i < times; i++) {
      socket.setSoTimeout(TICK_MS);
      try {
        if (socket.getInputStream().read() < 0) {
          return;
        }
      } catch (SocketTimeoutException _) {
        RawServer.bytes(text).play(socket);
      }
    }
    socket.setSoTimeout(0);
  }
}
