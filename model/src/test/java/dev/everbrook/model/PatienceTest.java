package dev.everbrook.model;

import static dev.everbrook.model.Asking.HELLO;
import static dev.everbrook.model.Asking.all;
import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.model;
import static dev.everbrook.model.Asking.text;
import static dev.everbrook.model.OpenAiModelTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that lets wait and shows that it lives is waited for; one that is silent is not. */
@Timeout(30)
class PatienceTest {

  private static final Duration LIMIT = Duration.ofMillis(2_500);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int TICK_MS = 250;
  private static final int TICKS = 14;

  private static final String JSON_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
  private static final String ANSWER = frame(text("late")) + frame(finish("stop"));
  private static final String DOCUMENT =
      "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"late\"},"
          + "\"finish_reason\":\"stop\"}]}";

  @Test
  void whateverComesBeforeTheFirstTokenIsLife() throws Exception {
    Map<String, RawServer.Script> lives = new LinkedHashMap<>();
    lives.put("comments", slowly(RawServer.head(), ": PROCESSING\n\n".repeat(TICKS), 14, ANSWER));
    lives.put("blank lines", slowly(RawServer.head(), "\n".repeat(TICKS), 1, ANSWER));
    lives.put("an event cut in bytes", slowly(RawServer.head(), frame(text("late")), 6, ANSWER));
    lives.put("empty pieces", slowly(RawServer.head(), frame(text("")).repeat(TICKS), 95, ANSWER));
    lives.put("a document cut in bytes", slowly(JSON_HEAD, DOCUMENT, 8, ""));
    lives.put(
        "a late head", slowly("", RawServer.head(), 500, "", 6, slowly("", "\n", 1, ANSWER, 6)));
    Map<String, Future<List<ModelEvent>>> answers = new LinkedHashMap<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      lives.forEach((life, script) ->
          answers.put(life, threads.submit(() -> answer(script, limits(LIMIT, LONG, LONG)))));
      for (var answer : answers.entrySet()) {
        assertThat(answer.getValue().get())
            .as(answer.getKey())
            .contains(new ModelEvent.Text("late"))
            .last()
            .isInstanceOf(ModelEvent.Finished.class);
      }
    }
  }

  @Test
  void whateverComesWithinAnAnswerIsLife() throws Exception {
    RawServer.Script script =
        slowly(RawServer.head() + frame(text("a")), ": still here\n\n".repeat(TICKS), 14, ANSWER);
    assertThat(answer(script, limits(LONG, LIMIT, LONG)))
        .contains(new ModelEvent.Text("a"), new ModelEvent.Text("late"))
        .last()
        .isInstanceOf(ModelEvent.Finished.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {": PROCESSING\n\n", "\n", "x"})
  void lifeThatNeverBecomesAnAnswerIsEndedByTheLimitOnTheWhole(String life) throws Exception {
    RawServer.Script script = slowly(RawServer.head(), life.repeat(1000), life.length(), "never");
    assertThat(failure(answer(script, limits(LIMIT, LIMIT, LIMIT.plusMillis(750)))))
        .isInstanceOfSatisfying(
            Failure.Stalled.class,
            stalled -> assertThat(stalled.phase()).isEqualTo(Failure.Stalled.Phase.TOTAL));
  }

  @Test
  void silenceAfterSignsOfLifeIsNamedWithItsLimit() throws Exception {
    RawServer.Script script =
        socket -> {
          RawServer.bytes(RawServer.head() + ": PROCESSING\n\n").play(socket);
          RawServer.silence().play(socket);
        };
    assertThat(failure(answer(script, limits(Duration.ofMillis(150), LONG, LONG))))
        .isInstanceOfSatisfying(
            Failure.Stalled.class,
            stalled -> {
              assertThat(stalled.phase()).isEqualTo(Failure.Stalled.Phase.FIRST_TOKEN);
              assertThat(stalled.message())
                  .contains("said nothing for 0.15 s", "EVERBROOK_FIRST_TOKEN_SECONDS");
            });
  }

  @ParameterizedTest
  @EnumSource(Failure.Stalled.Phase.class)
  void aProviderThatIsOnlySlowIsNotAskedAnew(Failure.Stalled.Phase phase) {
    boolean again = phase == Failure.Stalled.Phase.CONNECT || phase == Failure.Stalled.Phase.IDLE;
    assertThat(new Failure.Stalled("slow", phase).worthRetrying()).isEqualTo(again);
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:11434/v1, true",
    "http://localhost/v1, true",
    "http://[::1]:8080, true",
    "http://10.1.2.3/v1, true",
    "http://172.20.0.2/v1, true",
    "http://192.168.1.9/v1, true",
    "http://100.100.1.1/v1, true",
    "http://[fd00::9]/v1, true",
    "http://ollama_1:11434/v1, true",
    "http://gpu/v1, true",
    "http://Box.LOCAL/v1, true",
    "http://host.docker.internal:11434, true",
    "https://api.openai.com/v1, false",
    "http://172.32.0.2/v1, false",
    "http://8.8.8.8/v1, false",
    "http://[2001:db8::1]/v1, false",
    "https://local.example/v1, false"
  })
  void aProviderNearbyIsGivenMoreTimeForItsFirstToken(URI base, boolean near) {
    assertThat(Provider.of(base, ApiKey.none()).limits())
        .isEqualTo(near ? Limits.LOCAL : Limits.DEFAULT);
    assertThat(Limits.LOCAL.firstToken()).isGreaterThan(Limits.DEFAULT.firstToken());
  }

  private static List<ModelEvent> answer(RawServer.Script script, Limits limits) throws Exception {
    try (RawServer server = new RawServer(script);
        OpenAiModel model = model(server, limits)) {
      return all(model.open(HELLO));
    }
  }

  private static RawServer.Script slowly(String before, String piecemeal, int size, String after) {
    return slowly(before, piecemeal, size, after, 1);
  }

  private static RawServer.Script slowly(
      String before, String piecemeal, int size, String after, int ticks) {
    return slowly(before, piecemeal, size, after, ticks, socket -> {});
  }

  /** Sends a piece of this size every so many ticks, and gives up when the client does. */
  private static RawServer.Script slowly(
      String before, String piecemeal, int size, String after, int ticks, RawServer.Script next) {
    return socket -> {
      RawServer.bytes(before).play(socket);
      for (int from = 0; from < piecemeal.length() && !leftWithin(socket, ticks); from += size) {
        int to = Math.min(piecemeal.length(), from + size);
        RawServer.bytes(piecemeal.substring(from, to)).play(socket);
      }
      socket.setSoTimeout(0);
      RawServer.bytes(after).play(socket);
      next.play(socket);
    };
  }

  /** A client sends nothing after its request, so to wait for its end is to wait. */
  private static boolean leftWithin(Socket socket, int ticks) throws IOException {
    socket.setSoTimeout(ticks * TICK_MS);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException _) {
      return false;
    }
  }

  private static String frame(String data) {
    return "data: " + data + "\n\n";
  }

  private static Limits limits(Duration firstToken, Duration idle, Duration total) {
    return new Limits(Duration.ofSeconds(5), firstToken, idle, total, 64 << 10);
  }
}
