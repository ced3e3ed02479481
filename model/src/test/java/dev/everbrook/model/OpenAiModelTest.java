package dev.everbrook.model;

import static dev.everbrook.model.Asking.HELLO;
import static dev.everbrook.model.Asking.all;
import static dev.everbrook.model.Asking.eventsOf;
import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.model;
import static dev.everbrook.model.Asking.text;
import static dev.everbrook.model.Asking.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class OpenAiModelTest {

  private static final ModelEvent STARTED = new ModelEvent.Started("c1", "m");

  @Test
  void aWholeAnswerEndsAsFinishedWithTheUsageThatCameLast() throws Exception {
    assertThat(
            eventsOf(
                RawServer.events(
                    text("a"), text(""), text("b"), finish("stop"), usage(7, 2), "[DONE]")))
        .containsExactly(
            STARTED,
            new ModelEvent.Text("a"),
            new ModelEvent.Text("b"),
            new ModelEvent.Finished(new FinishReason.Stop(), Optional.of(new Usage(7, 2))));
  }

  @Test
  void theRequestAsksForAStreamWithUsageAndCarriesTheKey() throws Exception {
    try (RawServer server = new RawServer(RawServer.events(finish("stop")));
        OpenAiModel model = model(server)) {
      all(model.open(HELLO));
      assertThat(server.request())
          .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nauthorization: Bearer sk-very-secret-key\r\n")
          .containsIgnoringCase("\r\naccept: text/event-stream\r\n")
          .containsIgnoringCase("\r\naccept-encoding: identity\r\n")
          .doesNotContainIgnoringCase("upgrade")
          .contains("\"stream\":true", "\"include_usage\":true", "\"model\":\"m\"")
          .contains("\"role\":\"user\"", "\"content\":\"hello\"")
          .doesNotContain("continue_final_message");
    }
  }

  @Test
  void aContinuingRequestSaysSo() throws Exception {
    try (RawServer server = new RawServer(RawServer.events(finish("stop")));
        OpenAiModel model = model(server)) {
      all(
          model.open(
              ModelRequest.of("m", List.of(Message.user("q"), Message.assistant("so far")))
                  .goingOn()));
      assertThat(server.request())
          .contains("\"add_generation_prompt\":false", "\"continue_final_message\":true");
    }
  }

  @Test
  void aProviderThatDoesNotKnowStreamOptionsIsAskedWithoutThemFromThenOn() throws Exception {
    try (RawServer server =
            new RawServer(
                RawServer.response(
                    "400 Bad Request",
                    "application/json",
                    "{\"error\":{\"message\":\"unknown field stream_options\"}}"),
                RawServer.events(text("a"), finish("stop")),
                RawServer.events(text("b"), finish("stop")));
        OpenAiModel model = model(server)) {
      assertThat(all(model.open(HELLO))).contains(new ModelEvent.Text("a"));
      assertThat(all(model.open(HELLO))).contains(new ModelEvent.Text("b"));
      assertThat(server.request()).contains("stream_options");
      assertThat(server.request()).doesNotContain("stream_options");
      assertThat(server.request()).doesNotContain("stream_options");
    }
  }

  @Test
  void anEndWithoutFinishReasonIsTruncatedHoweverItComes() throws Exception {
    String head = RawServer.head();
    for (RawServer.Script script :
        List.of(
            RawServer.events(text("a")),
            RawServer.events("[DONE]"),
            RawServer.events(text(""), "[DONE]"),
            RawServer.bytes(
                head + "data: " + text("a") + "\n\ndata: " + text("b").substring(0, 20)),
            RawServer.bytes(head + "data: " + text("a") + "\n\ndata: " + text("b")))) {
      var events = eventsOf(script);
      assertThat(failure(events)).isInstanceOf(Failure.Truncated.class);
    }
  }

  /** A reset discards what the client has not read yet, so it may never see the beginning. */
  @Test
  void aResetIsNeverTakenForAnEnd() throws Exception {
    var events =
        eventsOf(
            RawServer.bytesThenReset(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\ndata: "
                    + text("a")
                    + "\n\nda"));
    assertThat(failure(events))
        .isInstanceOfAny(Failure.Truncated.class, Failure.Overloaded.class)
        .matches(Failure::worthRetrying);
  }

  @Test
  void aFinishReasonInALastEventWithoutBlankLineCounts() throws Exception {
    assertThat(
            eventsOf(
                RawServer.bytes(
                    RawServer.head() + "data: " + text("a") + "\n\ndata: " + finish("length"))))
        .endsWith(new ModelEvent.Finished(new FinishReason.Length(), Optional.empty()));
  }

  @Test
  void aProviderThatKeepsTheConnectionOpenAfterTheEndHoldsNobody() throws Exception {
    try (RawServer server =
            new RawServer(RawServer.eventsThenSilence(text("a"), finish("stop"), usage(1, 1)));
        OpenAiModel model = model(server)) {
      assertThat(all(model.open(HELLO)))
          .endsWith(new ModelEvent.Finished(new FinishReason.Stop(), Optional.of(new Usage(1, 1))));
      assertThat(server.sawHangUp(1000)).isTrue();
    }
  }

  @Test
  void usageThatNeverComesIsWaitedForOnlyShortly() throws Exception {
    try (RawServer server = new RawServer(RawServer.eventsThenSilence(text("a"), finish("stop")));
        OpenAiModel model = model(server)) {
      assertThat(all(model.open(HELLO)))
          .endsWith(new ModelEvent.Finished(new FinishReason.Stop(), Optional.empty()));
    }
  }

  @Test
  void anErrorUnder200IsAFailureAndNotAnEmptyAnswer() throws Exception {
    String error = "{\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}";
    for (String type : List.of("application/json", "text/event-stream; charset=utf-8")) {
      var events = eventsOf(RawServer.response("200 OK", type, error));
      assertThat(events).hasSize(1);
      assertThat(failure(events)).isInstanceOf(Failure.Overloaded.class);
      assertThat(failure(events).message()).contains("boom");
    }
  }

  @Test
  void anAnswerThatIsNotStreamedIsReadAllTheSame() throws Exception {
    String body =
        "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
            + "\"content\":\"all\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}";
    assertThat(eventsOf(RawServer.response("200 OK", "application/json", body)))
        .containsExactly(
            STARTED,
            new ModelEvent.Text("all"),
            new ModelEvent.Finished(new FinishReason.Stop(), Optional.of(new Usage(1, 2))));
  }

  @Test
  void anErrorInTheMiddleOfTheStreamKeepsWhatCameBefore() throws Exception {
    for (String frame :
        List.of(
            "data: {\"error\":{\"message\":\"boom\",\"code\":502}}\n\n",
            "event: error\ndata: {\"message\":\"boom\"}\n\n",
            "event: error\ndata: boom\n\n",
            "data: {\"object\":\"error\",\"message\":\"boom\",\"code\":500}\n\n",
            "data: [{\"error\":{\"message\":\"boom\"}}]\n\n",
            "data: {\"error\":\"boom\"}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}],"
                + "\"error\":{\"message\":\"boom\"}}\n\n")) {
      var events =
          eventsOf(RawServer.bytes(RawServer.head() + "data: " + text("a") + "\n\n" + frame));
      assertThat(events).startsWith(STARTED, new ModelEvent.Text("a")).hasSize(3);
      assertThat(failure(events)).as(frame).isInstanceOf(Failure.Overloaded.class);
      assertThat(failure(events).message()).contains("boom");
    }
  }

  @Test
  void whatIsNotJsonIsAProtocolFailureAndAWebPageToo() throws Exception {
    assertThat(failure(eventsOf(RawServer.events("{\"choices\":[{]}"))))
        .isInstanceOf(Failure.Protocol.class);
    assertThat(failure(eventsOf(RawServer.response("200 OK", "text/html", "<html></html>"))))
        .isInstanceOf(Failure.Protocol.class);
    assertThat(failure(eventsOf(RawServer.events("x".repeat(70_000)))))
        .isInstanceOf(Failure.Protocol.class);
  }

  @Test
  void aBodyThatIsCompressedUnaskedIsRead() throws Exception {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(
          ("data: " + text("é") + "\n\ndata: " + finish("stop") + "\n\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    assertThat(
            eventsOf(socket -> {
              socket
                  .getOutputStream()
                  .write(
                      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
              socket.getOutputStream().write(zipped.toByteArray());
            }))
        .contains(new ModelEvent.Text("é"))
        .hasSize(3);
  }

  @Test
  void chunkedTransferWithATrailerIsRead() throws Exception {
    String data = "data: " + finish("stop") + "\n\n";
    assertThat(
            eventsOf(
                RawServer.bytes(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + Integer.toHexString(data.length())
                        + "\r\n"
                        + data
                        + "\r\n0\r\nX-Sum: 1\r\n\r\n")))
        .hasSize(2);
  }

  @Test
  void aProviderWhoseNameHasNoAddressIsToldFromOneThatTakesNoConnection() throws Exception {
    URI nameless = URI.create("http://provider.invalid/v1");
    try (OpenAiModel model = new OpenAiModel(Provider.of(nameless, Asking.KEY))) {
      assertThat(failure(all(model.open(HELLO))))
          .isInstanceOfSatisfying(
              Failure.Overloaded.class,
              it -> assertThat(it.cause()).isEqualTo(Failure.Overloaded.Cause.NAME));
    }
    URI gone;
    try (RawServer server = new RawServer()) {
      gone = server.base();
    }
    try (OpenAiModel model = new OpenAiModel(Provider.of(gone, Asking.KEY))) {
      assertThat(failure(all(model.open(HELLO))))
          .isInstanceOfSatisfying(
              Failure.Overloaded.class,
              it -> assertThat(it.cause()).isEqualTo(Failure.Overloaded.Cause.REFUSED));
    }
  }

  @Test
  void anUnreachableProviderIsOverloadedAndNamed() throws Exception {
    URI gone;
    try (RawServer server = new RawServer()) {
      gone = server.base();
    }
    try (OpenAiModel model = new OpenAiModel(Provider.of(gone, Asking.KEY))) {
      assertThat(failure(all(model.open(HELLO))))
          .isInstanceOf(Failure.Overloaded.class)
          .extracting(Failure::message)
          .asString()
          .contains("127.0.0.1:" + gone.getPort(), "could not be reached");
      assertThat(model.models(Duration.ofSeconds(1))).isEmpty();
    }
  }

  @Test
  void theModelsOfAProviderAreListed() throws Exception {
    try (RawServer server =
            new RawServer(
                RawServer.response(
                    "200 OK",
                    "application/json",
                    "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{}]}"));
        OpenAiModel model = model(server)) {
      assertThat(model.models(Duration.ofSeconds(5))).contains(List.of("a", "b"));
      assertThat(server.request()).startsWith("GET /v1/models HTTP/1.1\r\n");
    }
  }

  @Test
  void aListingThatHangsEndsInTime() throws Exception {
    try (RawServer server =
            new RawServer(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"));
        OpenAiModel model = model(server)) {
      assertThat(model.models(Duration.ofMillis(100))).isEmpty();
    }
  }

  @Test
  void aCallIsIteratedOnce() throws Exception {
    try (RawServer server = new RawServer(RawServer.events(finish("stop")));
        OpenAiModel model = model(server)) {
      ModelCall call = model.open(HELLO);
      all(call);
      assertThatThrownBy(call::iterator).isInstanceOf(IllegalStateException.class);
    }
  }

  static Failure failure(List<ModelEvent> events) {
    assertThat(events.getLast()).isInstanceOf(ModelEvent.Failed.class);
    return ((ModelEvent.Failed) events.getLast()).failure();
  }
}
