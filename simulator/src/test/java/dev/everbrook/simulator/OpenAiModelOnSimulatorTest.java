package dev.everbrook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.model.ApiKey;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Limits;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault has one outcome in the client, and the README's table says which. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(30)
class OpenAiModelOnSimulatorTest {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Limits LIMITS =
      new Limits(SOON, SOON, Duration.ofSeconds(1), Duration.ofSeconds(20), 1 << 20);

  private Simulator simulator;
  private OpenAiModel model;

  @BeforeAll
  void start() throws IOException {
    simulator = Simulator.start(SimulatorSettings.DEFAULT.withSpeed(20));
    model = new OpenAiModel(new Provider(simulator.baseUrl(), ApiKey.of("any-key"), LIMITS));
  }

  @AfterAll
  void stop() throws IOException {
    model.close();
    simulator.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sim-fast",
        "sim-8b",
        "sim-hosted",
        "sim-fast!split",
        "sim-fast!crlf",
        "sim-fast!bom",
        "sim-fast!comment",
        "sim-fast!glue",
        "sim-fast!nodone",
        "sim-fast!nofinish",
        "sim-fast!dupusage",
        "sim-fast!glue!split!crlf!bom!comment",
        "sim-8b!slow@2"
      })
  void theWholeAnswerArrives(String name) {
    String question = "Tell me about " + name + ", please.";
    List<ModelEvent> events = ask(name, question);
    String expected = simulator.answer(name, List.of(new Turn("user", question)));
    assertThat(text(events)).isEqualTo(expected);
    assertThat(Numbering.faultIn(text(events))).isEmpty();
    assertThat(events.getFirst()).isInstanceOf(ModelEvent.Started.class);
    assertThat(finished(events).reason()).isEqualTo(new FinishReason.Stop());
    assertThat(finished(events).usage().orElseThrow().outputTokens())
        .isEqualTo(Answer.tokens(expected).size());
  }

  @ParameterizedTest
  @CsvSource({
    "!429, RateLimited",
    "!500, Overloaded",
    "!503, Overloaded",
    "!401, Rejected",
    "!html502, Overloaded",
    "!err200, Overloaded",
    "!drop@7, Truncated",
    "!eof@7, Truncated",
    "!stall@7, Stalled",
    "!errmid@7, Overloaded",
    "!badjson@7, Protocol",
    "!nofinish!nodone, Truncated",
    "!glue!drop@7, Truncated",
    "!drop@7!split, Truncated",
    "!errmid@7!crlf!comment!glue, Overloaded"
  })
  void aFaultEndsAsItsFailure(String fault, String failure) {
    List<ModelEvent> events = ask("sim-fast" + fault, "words:30 " + fault);
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            ModelEvent.Failed.class,
            failed -> assertThat(failed.failure().getClass().getSimpleName()).isEqualTo(failure));
    assertThat(events.stream().filter(ModelEvent.Failed.class::isInstance)).hasSize(1);
    if (fault.contains("drop")) {
      // A reset may overtake what was sent just before it.
      assertThat(Answer.tokens(text(events)).size()).isBetween(1, 7);
    } else if (fault.contains("@7")) {
      assertThat(Answer.tokens(text(events))).hasSize(7);
    }
  }

  @Test
  void aRateLimitTellsHowLongToWait() {
    assertThat(ask("sim-fast!429@7", "quickly").getLast())
        .isInstanceOfSatisfying(
            ModelEvent.Failed.class,
            failed ->
                assertThat(failed.failure())
                    .isInstanceOfSatisfying(
                        Failure.RateLimited.class,
                        limited ->
                            assertThat(limited.retryAfter()).contains(Duration.ofSeconds(7))));
  }

  @Test
  void aLengthAnEmptyAnswerAndARefusalAreFinished() {
    List<ModelEvent> cut = ask("sim-fast!len@9", "words:30");
    assertThat(finished(cut).reason()).isEqualTo(new FinishReason.Length());
    assertThat(Answer.tokens(text(cut))).hasSize(9);

    List<ModelEvent> empty = ask("sim-fast!empty", "words:30");
    assertThat(finished(empty).reason()).isEqualTo(new FinishReason.Stop());
    assertThat(text(empty)).isEmpty();

    List<ModelEvent> refused = ask("sim-fast!refuse", "words:30");
    assertThat(refused).contains(new ModelEvent.Refusal("I will not say that."));
    assertThat(finished(refused).reason()).isEqualTo(new FinishReason.Stop());
  }

  @Test
  void aReasoningModelThinksBeforeItSpeaks() {
    List<ModelEvent> events = ask("sim-reasoning", "words:20 why?");
    assertThat(events.get(1)).isInstanceOf(ModelEvent.Thinking.class);
    assertThat(text(events).split("\\s+", -1)).hasSize(20);
  }

  @Test
  void aBrokenAnswerIsContinuedExactlyWhereItBroke() {
    String said = "words:80 and then?";
    Message question = Message.user(said);
    String name = "sim-fast!drop@40*1";
    String first = text(ask(ModelRequest.of(name, List.of(question))));
    var continuing = ModelRequest.of(name, List.of(question, Message.assistant(first))).goingOn();
    List<ModelEvent> rest = ask(continuing);
    assertThat(finished(rest).reason()).isEqualTo(new FinishReason.Stop());
    assertThat(first + text(rest))
        .isEqualTo(simulator.answer(name, List.of(new Turn("user", said))));
  }

  @Test
  void aFaultForTheFirstTwoCallsIsGoneAtTheThird() {
    for (int call = 1; call <= 2; call++) {
      assertThat(ask("sim-fast!500*2", "thrice").getLast()).isInstanceOf(ModelEvent.Failed.class);
    }
    assertThat(finished(ask("sim-fast!500*2", "thrice")).reason())
        .isEqualTo(new FinishReason.Stop());
  }

  @Test
  void theJournalProvesThatACancelClosedTheCall() throws InterruptedException {
    String name = "sim-8b!stall@3";
    try (ModelCall call = model.open(request(name, "words:50 for long"))) {
      Iterator<ModelEvent> events = call.iterator();
      assertThat(events.next()).isInstanceOf(ModelEvent.Started.class);
      assertThat(events.next()).isInstanceOf(ModelEvent.Text.class);
      call.cancel("enough");
      assertThat(events.next())
          .isEqualTo(new ModelEvent.Failed(new Failure.Cancelled("enough"), Optional.empty()));
    }
    Call call =
        simulator
            .journal()
            .await(c -> c.model().equals(name) && c.closed().isPresent(), SOON)
            .orElseThrow();
    assertThat(call.closedByClient()).isTrue();
    assertThat(call.finished()).isFalse();
    assertThat(call.progress().tokens()).isBetween(1, 3);
  }

  @Test
  void aCancelBeforeTheFirstTokenReachesTheProviderToo() throws InterruptedException {
    String name = "sim-8b!slow@600";
    ModelCall call = model.open(request(name, "patience"));
    Thread reader = Thread.ofVirtual().start(() -> call.forEach(_ -> {}));
    assertThat(simulator.journal().await(c -> c.model().equals(name), SOON)).isPresent();
    call.cancel("no patience");
    assertThat(reader.join(SOON)).isTrue();
    assertThat(simulator.journal().await(c -> c.model().equals(name) && c.closedByClient(), SOON))
        .isPresent();
  }

  @Test
  void theModelsAreListed() {
    assertThat(model.models(SOON).orElseThrow()).contains("sim-8b", "sim-fast");
  }

  private List<ModelEvent> ask(String name, String question) {
    return ask(request(name, question));
  }

  private List<ModelEvent> ask(ModelRequest request) {
    List<ModelEvent> events = new ArrayList<>();
    try (ModelCall call = model.open(request)) {
      call.forEach(events::add);
    }
    return events;
  }

  private static ModelRequest request(String name, String question) {
    return ModelRequest.of(name, List.of(Message.user(question)));
  }

  private static String text(List<ModelEvent> events) {
    return events.stream()
        .map(event -> event instanceof ModelEvent.Text(var text) ? text : "")
        .collect(Collectors.joining());
  }

  private static ModelEvent.Finished finished(List<ModelEvent> events) {
    assertThat(events.getLast()).isInstanceOf(ModelEvent.Finished.class);
    return (ModelEvent.Finished) events.getLast();
  }
}
