package dev.everbrook.server.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.model.ApiKey;
import dev.everbrook.model.Message;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is kept of requests: for whom, and for how long. */
class ExpiryLoopTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Principal ANN = new Principal("ann");
  private static final Principal BOB = new Principal("bob");

  private static Simulator simulator;
  private static OpenAiModel model;
  private static HikariDataSource pool;
  private static Engine engine;
  private static Responses responses;
  private static IdempotentAnswers asking;

  @BeforeAll
  static void start() throws Exception {
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
    model = new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.none()));
    Access access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 8);
    engine = Engine.start(pool, model, EngineSettings.DEFAULT);
    OpenAiMigrations.bringUpToDate(engine.database());
    responses = new Responses(engine.database());
    asking = new IdempotentAnswers(engine);
  }

  @AfterAll
  static void stop() throws Exception {
    engine.close();
    pool.close();
    model.close();
    simulator.close();
  }

  @Test
  void aKeyIsOnePersonsAtOnePlaceAndOneRequestOnly() {
    IdempotencyKeys.Key key = key(ANN, "/a", "k", "one");
    StreamRef stream = ask(ANN, key).stream();

    assertThat(ask(ANN, key)).isEqualTo(new Accepted(stream, true));
    assertThat(asking.again(key)).contains(new Accepted(stream, true));
    assertThat(asking.again(key(BOB, "/a", "k", "one"))).isEmpty();
    assertThat(asking.again(key(ANN, "/b", "k", "one"))).isEmpty();
    assertThat(ask(BOB, key(BOB, "/a", "k", "one")).stream()).isNotEqualTo(stream);
    assertThatThrownBy(() -> asking.again(key(ANN, "/a", "k", "two")))
        .isInstanceOfSatisfying(
            OpenAiError.Refused.class, it -> assertThat(it.error().status()).isEqualTo(422));
  }

  @Test
  void ofManyWhoComeAtOnceWithAKeyOneAsks() throws Exception {
    IdempotencyKeys.Key key = key(ANN, "/a", "crowd", "one");
    List<Future<Accepted>> crowd = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 24; i++) {
        crowd.add(threads.submit(() -> ask(ANN, key)));
      }
    }
    Set<StreamRef> streams = new HashSet<>();
    int first = 0;
    for (Future<Accepted> one : crowd) {
      Accepted asked = one.get(SOON.toSeconds(), TimeUnit.SECONDS);
      streams.add(asked.stream());
      first += asked.again() ? 0 : 1;
    }

    assertThat(streams).hasSize(1);
    assertThat(first).isEqualTo(1);
  }

  @Test
  void anOldKeyIsForgottenAndAYoungOneIsNot() {
    IdempotencyKeys keys = new IdempotencyKeys(engine.database());
    IdempotencyKeys.Key old = key(ANN, "/a", "old", "one");
    IdempotencyKeys.Key young = key(ANN, "/a", "young", "one");
    ask(ANN, old);
    ask(ANN, young);
    engine
        .database()
        .update(
            """
            UPDATE everbrook.openai_key SET created_at = now() - interval '49 hours'
             WHERE key = 'old'
            """);

    assertThat(keys.forget(10)).isEqualTo(1);
    assertThat(keys.find(old)).isEmpty();
    assertThat(keys.find(young)).isPresent();
  }

  @Test
  void aResponseIsFoundByItsOwnerOnly() throws Exception {
    StreamRef stream = respond(true);

    assertThat(responses.find(ANN, stream.publicId())).isPresent();
    assertThat(responses.find(BOB, stream.publicId())).isEmpty();
    assertThat(responses.turns(BOB, stream.publicId())).isEmpty();
    assertThat(responses.turns(ANN, stream.publicId())).hasSize(1);
  }

  @Test
  void whatIsNotStoredIsNotFoundAndIsRemovedSomeTimeAfter() throws Exception {
    StreamRef passing = respond(false);
    StreamRef stored = respond(true);
    assertThat(responses.find(ANN, passing.publicId())).isEmpty();
    assertThat(responses.turns(ANN, passing.publicId())).isEmpty();
    assertThat(engine.log().head(ANN, passing.publicId())).isPresent();

    try (ExpiryLoop early = new ExpiryLoop(engine, responses, Duration.ofHours(1))) {
      early.step();
    }
    assertThat(engine.log().head(ANN, passing.publicId())).isPresent();

    try (ExpiryLoop late = new ExpiryLoop(engine, responses, Duration.ZERO)) {
      late.step();
    }
    assertThat(engine.log().head(ANN, passing.publicId())).isEmpty();
    assertThat(engine.log().head(ANN, stored.publicId())).isPresent();
  }

  @Test
  void whatIsStillOpenKeepsNothingElseFromBeingRemoved() throws Exception {
    StreamRef young = respond(false);
    List<StreamRef> open = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      open.add(ask(false, new Question(ANN, "sim-slow!stall@0", List.of(Message.user("hm?")))));
    }
    engine
        .database()
        .update(
            """
            UPDATE everbrook.openai_response SET created_at = created_at - interval '1 day'
             WHERE id = ANY (?)
            """,
            (Object) open.stream().map(StreamRef::publicId).toArray(UUID[]::new));

    try (ExpiryLoop late = new ExpiryLoop(engine, responses, Duration.ZERO)) {
      late.step();
    }
    assertThat(engine.log().head(ANN, young.publicId())).isEmpty();
    for (StreamRef stream : open) {
      assertThat(engine.answers().cancel(ANN, stream.publicId())).isPresent();
    }
  }

  @Test
  void aRepetitionThatMeetsADeletionFindsNothing() throws Exception {
    StreamRef stream = respond(true);
    assertThat(responses.of(ANN, stream.id())).isPresent();
    assertThat(responses.of(BOB, stream.id())).isEmpty();
    try (ExpiryLoop forgetting = new ExpiryLoop(engine, responses)) {
      forgetting.remove(stream.id());
    }

    assertThat(responses.of(ANN, stream.id())).isEmpty();
  }

  @Test
  void aConversationOfTooManyBytesIsRefusedBeforeItIsRead() throws Exception {
    PreviousTurns turns = new PreviousTurns(responses, engine.log());
    StreamRef stream = respond(true);
    assertThat(turns.before(ANN, stream.publicId())).hasSize(2);
    engine
        .database()
        .update(
            "UPDATE everbrook.openai_response SET input = repeat('no json', 5000000) WHERE id = ?",
            stream.publicId());

    assertThatThrownBy(() -> turns.before(ANN, stream.publicId()))
        .isInstanceOfSatisfying(
            OpenAiError.Refused.class,
            it -> {
              assertThat(it.error().status()).isEqualTo(400);
              assertThat(it.error().param()).isEqualTo("previous_response_id");
              assertThat(it.error().message()).contains("the limit is 33554432");
            });
  }

  @Test
  void theKeyOfADeletedAnswerDoesNotAskAgain() throws Exception {
    IdempotencyKeys.Key key = key(ANN, "/a", "deleted", "one");
    StreamRef stream = ask(ANN, key).stream();
    awaitEnd(stream);
    try (ExpiryLoop forgetting = new ExpiryLoop(engine, responses)) {
      forgetting.remove(stream.id());
    }

    assertThatThrownBy(() -> ask(ANN, key))
        .isInstanceOfSatisfying(
            OpenAiError.Refused.class, it -> assertThat(it.error().status()).isEqualTo(404));
  }

  private static Accepted ask(Principal owner, IdempotencyKeys.Key key) {
    return asking.ask(question(owner), Optional.of(key), (_, _) -> {});
  }

  private static StreamRef respond(boolean store) throws InterruptedException {
    StreamRef stream = ask(store, question(ANN));
    awaitEnd(stream);
    return stream;
  }

  private static StreamRef ask(boolean store, Question question) {
    JsonBody body =
        JsonBody.of(
            Json.object().put("model", "sim-fast").put("input", "words:2").put("store", store), "");
    return asking
        .ask(
            question,
            Optional.empty(),
            (tx, it) -> responses.put(tx, it, ANN, ResponseRequest.of(body)))
        .stream();
  }

  private static void awaitEnd(StreamRef stream) throws InterruptedException {
    try (Tail tail = engine.tails().follow(stream, 0)) {
      long end = System.nanoTime() + SOON.toNanos();
      while (!tail.next(SOON).ended()) {
        assertThat(System.nanoTime()).isLessThan(end);
      }
    }
  }

  private static Question question(Principal owner) {
    return new Question(owner, "sim-fast", List.of(Message.user("words:2")));
  }

  private static IdempotencyKeys.Key key(
      Principal owner, String endpoint, String text, String fingerprint) {
    return new IdempotencyKeys.Key(
        owner, endpoint, text, fingerprint.getBytes(StandardCharsets.UTF_8));
  }
}
