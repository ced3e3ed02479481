package dev.everbrook.model;

import static dev.everbrook.model.Asking.HELLO;
import static dev.everbrook.model.Asking.all;
import static dev.everbrook.model.Asking.model;
import static dev.everbrook.model.Asking.text;
import static dev.everbrook.model.OpenAiModelTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time limits and cancellation: whatever hangs, ends, and the provider sees it. */
@Timeout(20)
class EndingTest {

  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Cancelling is promised within about 100 ms; a loaded machine gets some more. */
  private static final long PROMPT_MS = 500;

  @Test
  void aProviderThatNeverAnswersIsStalledAtTheFirstToken() throws Exception {
    assertStalled(
        RawServer.silence(), limits(SHORT, LONG, LONG), Failure.Stalled.Phase.FIRST_TOKEN);
  }

  @Test
  void headersAndAnEmptyFirstChunkAreNoFirstToken() throws Exception {
    assertStalled(
        RawServer.eventsThenSilence(text("")),
        limits(SHORT, LONG, LONG),
        Failure.Stalled.Phase.FIRST_TOKEN);
  }

  @Test
  void silenceInTheMiddleOfAnAnswerIsStalledAsIdle() throws Exception {
    assertStalled(
        RawServer.eventsThenSilence(text("a")),
        limits(LONG, SHORT, LONG),
        Failure.Stalled.Phase.IDLE);
  }

  @Test
  void theWholeCallIsBounded() throws Exception {
    assertStalled(
        RawServer.eventsThenSilence(text("a")),
        limits(LONG, LONG, SHORT),
        Failure.Stalled.Phase.TOTAL);
  }

  @Test
  void anErrorWhoseBodyHangsIsBounded() throws Exception {
    assertStalled(
        socket -> {
          RawServer.bytes("HTTP/1.1 500 Oops\r\nContent-Length: 99\r\n\r\n{").play(socket);
          RawServer.silence().play(socket);
        },
        limits(SHORT, LONG, LONG),
        Failure.Stalled.Phase.FIRST_TOKEN);
  }

  @Test
  void theReadersOwnTimeIsNotIdleTime() throws Exception {
    try (RawServer server = new RawServer(RawServer.events(text("a"), Asking.finish("stop")));
        OpenAiModel model = model(server, limits(LONG, SHORT, LONG))) {
      Iterator<ModelEvent> events = model.open(HELLO).iterator();
      events.next();
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("a"));
      assertThat(new CompletableFuture<>().completeOnTimeout(1, 300, TimeUnit.MILLISECONDS).get())
          .isEqualTo(1);
      assertThat(events.next()).isInstanceOf(ModelEvent.Finished.class);
    }
  }

  @Test
  void aHostThatTakesNoConnectionIsStalledAtConnecting() throws Exception {
    try (FullListener full = new FullListener();
        OpenAiModel model =
            new OpenAiModel(
                new Provider(
                    full.base(), ApiKey.none(), new Limits(SHORT, LONG, LONG, LONG, 1024)))) {
      assertThat(failure(all(model.open(HELLO))))
          .isInstanceOfSatisfying(
              Failure.Stalled.class,
              stalled -> assertThat(stalled.phase()).isEqualTo(Failure.Stalled.Phase.CONNECT));
    }
  }

  @Test
  void aCancelWhileConnectingEndsTheCallAtOnce() throws Exception {
    try (FullListener full = new FullListener();
        OpenAiModel model = new OpenAiModel(Provider.of(full.base(), ApiKey.none()))) {
      ModelCall call = model.open(HELLO);
      var events = new CompletableFuture<List<ModelEvent>>();
      Thread reader = Thread.ofPlatform().start(() -> events.complete(all(call)));
      while (reader.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      call.cancel("enough");
      assertCancelled(events.get(PROMPT_MS, TimeUnit.MILLISECONDS), "enough");
    }
  }

  @Test
  void aCancelBeforeIteratingNeverTouchesTheNetwork() throws Exception {
    try (RawServer server = new RawServer(RawServer.silence());
        OpenAiModel model = model(server)) {
      ModelCall call = model.open(HELLO);
      call.cancel("changed my mind");
      assertCancelled(all(call), "changed my mind");
      assertThat(server.sawHangUp(50)).as("a connection was made").isFalse();
    }
  }

  @Test
  void aCancelBeforeTheFirstByteEndsTheCallAndClosesTheSocket() throws Exception {
    try (RawServer server = new RawServer(RawServer.silence());
        OpenAiModel model = model(server)) {
      ModelCall call = model.open(HELLO);
      var events = inBackground(call);
      server.request();
      call.cancel("stop");
      assertCancelled(events.get(PROMPT_MS, TimeUnit.MILLISECONDS), "stop");
      assertThat(server.sawHangUp(PROMPT_MS)).isTrue();
    }
  }

  @Test
  void aCancelInTheMiddleEndsTheCallAndClosesTheSocket() throws Exception {
    try (RawServer server = new RawServer(RawServer.eventsThenSilence(text("a")));
        OpenAiModel model = model(server)) {
      ModelCall call = model.open(HELLO);
      Iterator<ModelEvent> events = call.iterator();
      events.next();
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("a"));
      var last = CompletableFuture.supplyAsync(events::next);
      call.cancel("stop");
      assertCancelled(List.of(last.get(PROMPT_MS, TimeUnit.MILLISECONDS)), "stop");
      assertThat(events.hasNext()).isFalse();
      assertThat(server.sawHangUp(PROMPT_MS)).isTrue();
    }
  }

  @Test
  void aCancelledCallHandsOutNothingThatHadArrived() throws Exception {
    try (RawServer server =
            new RawServer(RawServer.events(text("a"), text("b"), Asking.finish("stop")));
        OpenAiModel model = model(server)) {
      ModelCall call = model.open(HELLO);
      Iterator<ModelEvent> events = call.iterator();
      events.next();
      call.close();
      assertThat(events.next())
          .isInstanceOfSatisfying(
              ModelEvent.Failed.class,
              failed -> assertThat(failed.failure()).isInstanceOf(Failure.Cancelled.class));
    }
  }

  @Test
  void anInterruptIsACancelThatKeepsTheFlag() throws Exception {
    for (RawServer.Script script :
        List.of(RawServer.silence(), RawServer.eventsThenSilence(text("a")))) {
      try (RawServer server = new RawServer(script);
          OpenAiModel model = model(server)) {
        var flag = new CompletableFuture<Boolean>();
        List<ModelEvent> events = new ArrayList<>();
        Thread reader =
            Thread.ofVirtual()
                .start(() -> {
                  model.open(HELLO).forEach(events::add);
                  flag.complete(Thread.currentThread().isInterrupted());
                });
        server.request();
        reader.interrupt();
        assertThat(flag.get(PROMPT_MS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(failure(events)).isInstanceOf(Failure.Cancelled.class);
        assertThat(server.sawHangUp(PROMPT_MS)).isTrue();
      }
    }
  }

  @Test
  void aCancelAtAnyMomentLeavesNoConnectionBehind() throws Exception {
    for (int round = 0; round < 100; round++) {
      try (RawServer server = new RawServer(RawServer.eventsThenSilence(text("a")));
          OpenAiModel model = model(server)) {
        ModelCall call = model.open(HELLO);
        var events = inBackground(call);
        server.request();
        for (int spin = 0; spin < round * 20; spin++) {
          Thread.onSpinWait();
        }
        call.cancel("round " + round);
        assertCancelled(events.get(2, TimeUnit.SECONDS), "round " + round);
        assertThat(server.sawHangUp(2000)).as("round %d", round).isTrue();
      }
    }
  }

  private static void assertStalled(
      RawServer.Script script, Limits limits, Failure.Stalled.Phase phase) throws Exception {
    try (RawServer server = new RawServer(script);
        OpenAiModel model = model(server, limits)) {
      assertThat(failure(all(model.open(HELLO))))
          .isInstanceOfSatisfying(
              Failure.Stalled.class, stalled -> assertThat(stalled.phase()).isEqualTo(phase));
      assertThat(server.sawHangUp(PROMPT_MS)).isTrue();
    }
  }

  private static void assertCancelled(List<ModelEvent> events, String why) {
    assertThat(failure(events)).isEqualTo(new Failure.Cancelled(why));
  }

  private static Limits limits(Duration firstToken, Duration idle, Duration total) {
    return new Limits(Duration.ofSeconds(5), firstToken, idle, total, 64 << 10);
  }

  private static CompletableFuture<List<ModelEvent>> inBackground(ModelCall call) {
    var events = new CompletableFuture<List<ModelEvent>>();
    Thread.ofVirtual().start(() -> events.complete(all(call)));
    return events;
  }

  /**
   * A listener whose backlog is full, so that further connections are neither taken nor refused.
   */
  private static final class FullListener implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> waiting = new ArrayList<>();

    FullListener() throws java.io.IOException {
      for (int i = 0; i < 2; i++) {
        waiting.add(new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
      }
    }

    URI base() {
      return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1");
    }

    @Override
    public void close() throws java.io.IOException {
      for (Socket socket : waiting) {
        socket.close();
      }
      listener.close();
    }
  }
}
