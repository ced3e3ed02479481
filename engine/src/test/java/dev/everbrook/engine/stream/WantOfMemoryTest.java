package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.Starved;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory runs out once in the loops that write streams: no writer waits for ever after it. */
class WantOfMemoryTest {

  private static final Principal ANN = new Principal("ann");
  private static final ContentType TEXT = new ContentType("text/plain");
  private static final int WAIT_S = 20;

  private static final Starved world = new Starved();
  private static Access access;
  private static HikariDataSource pool;
  private static Engine engine;

  @BeforeAll
  static void start() {
    access = TestNode.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 4);
    engine =
        Engine.start(
            pool,
            EngineSettings.builder()
                .name("test")
                .answersAtOnce(0)
                .meters(new SimpleMeterRegistry())
                .world(world)
                .build());
  }

  @AfterAll
  static void stop() {
    engine.close();
    pool.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatAWriterAppendedIsWrittenAllTheSame(int nth) throws Exception {
    StreamRef ref =
        engine
            .database()
            .tx(tx ->
                engine.streams().create(tx, new NewStream(ANN, "t", "text/plain", List.of())));
    try (StreamWriter writer = engine.streams().open(ref.id()).orElseThrow()) {
      writer.append(bytes("a"));
      writer.flush();
      Starved.Moment moment = world.at("everbrook-flush", nth);
      writer.append(bytes("b"));
      CompletableFuture<Boolean> flushed =
          inTime(() -> {
            writer.flush();
            return true;
          });
      assertThat(flushed.get(WAIT_S, TimeUnit.SECONDS)).isTrue();
      assertThat(moment.hasCome()).isTrue();
      writer.end(List.of(bytes("c")), LostEventsTest.DONE);
    }
    Page page = engine.log().read(ref.id(), 0);
    assertThat(page.entries().events()).containsExactly(bytes("a"), bytes("b"), bytes("c"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whoAppendsToAChannelIsToldSomethingAndTheNextOneIsTaken(int nth) throws Exception {
    ChannelName name = channel("told/" + nth);
    Starved.Moment moment = world.at("everbrook-append", nth);
    while (!moment.hasCome()) {
      try {
        assertThat(appending(name, "a").get(WAIT_S, TimeUnit.SECONDS)).isNotNull();
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e.getCause()).hasMessageContaining("an append");
      }
    }
    assertThat(appending(name, "b").get(WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(Appended.Taken.class);
  }

  @Test
  void anAppendThatWasPutBackWhileItsChannelWasLockedIsTakenAfterwards() throws Exception {
    ChannelName name = channel("locked");
    for (int nth = 1; nth <= 6; nth++) {
      CompletableFuture<Appended> append;
      try (Connection other =
              DriverManager.getConnection(access.url(), access.user(), access.password());
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("SELECT FROM everbrook.channel FOR UPDATE");
        Starved.Moment moment = world.at("everbrook-append", nth);
        append = appending(name, "x" + nth);
        assertThat(moment.comes(WAIT_S)).isTrue();
        other.rollback();
      }
      assertThat(append.handle((_, _) -> true).get(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(appending(name, "last").get(WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(Appended.Taken.class);
  }

  private static ChannelName channel(String path) {
    ChannelName name = new ChannelName(ANN, path);
    engine.channels().create(NewChannel.of(name, TEXT));
    return name;
  }

  private static CompletableFuture<Appended> appending(ChannelName name, String event) {
    return inTime(() -> engine.channels().append(Append.of(name, TEXT, List.of(bytes(event)))));
  }

  private interface Call<T> {
    T make() throws InterruptedException;
  }

  private static <T> CompletableFuture<T> inTime(Call<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.make();
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        },
        Thread.ofVirtual()::start);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
