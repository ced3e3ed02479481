package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that stay: the stream that causes one fails, and the others go on. */
class RejectedTest {

  private static final Principal ANN = new Principal("ann");
  private static final int NESTED = 100_000;

  private static TestNode node;
  private static Streams streams;
  private static Database database;

  @BeforeAll
  static void start() {
    node = TestNode.reading(TestNode.newDatabase());
    streams = node.engine().streams();
    database = node.engine().database();
    database.update(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF encode(NEW.data, 'escape') LIKE '%poison%' THEN
            RAISE EXCEPTION 'no' USING ERRCODE = split_part(encode(NEW.data, 'escape'), ':', 2);
          END IF;
          RETURN NEW;
        END $$
        """);
    database.update(
        "CREATE TRIGGER refuse BEFORE INSERT ON everbrook.chunk FOR EACH ROW EXECUTE FUNCTION"
            + " refuse()");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void jsonThatIsNestedTooDeepFailsItsOwnStreamOnly() throws Exception {
    String nested = "[".repeat(NESTED) + "]".repeat(NESTED);
    Ending poisoned =
        new Ending(StreamState.DONE, Optional.empty(), Optional.of(nested), Optional.empty());
    othersGoOn(writer -> writer.end(List.of(), poisoned));
  }

  /** As a host's trigger, a full index, a broken extension or a missing right would raise them. */
  @ParameterizedTest
  @ValueSource(strings = {"54001", "54000", "P0001", "21000", "44000", "XX000", "42501", "0A000"})
  void anErrorThatOneStreamCausesFailsItsOwnStreamOnly(String sqlState) throws Exception {
    othersGoOn(writer -> {
      writer.append(bytes("poison:" + sqlState + ":"));
      writer.flush();
    });
  }

  @Test
  void aTableThatIsGoneForAWhileFailsNoStream() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = streams.open(ref.id()).orElseThrow();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      database.update("ALTER TABLE everbrook.chunk RENAME TO chunk_away");
      Future<?> flush =
          threads.submit(() -> {
            writer.append(bytes("a"));
            writer.flush();
            return true;
          });
      Await.until(
          "the loop that flushes fails",
          () -> {
            assertThat(flush.isDone()).isFalse();
            return node.engine().health().failing().stream()
                .anyMatch(it -> it.name().equals("flush"));
          });
      database.update("ALTER TABLE everbrook.chunk_away RENAME TO chunk");
      flush.get(20, TimeUnit.SECONDS);
    }
    assertThat(node.engine().log().read(ref.id(), 0).entries().events()).hasSize(1);
  }

  private interface Writing {
    void with(StreamWriter writer) throws InterruptedException;
  }

  private static void othersGoOn(Writing poison) throws Exception {
    StreamWriter good = streams.open(create().id()).orElseThrow();
    StreamWriter bad = streams.open(create().id()).orElseThrow();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> rejected =
          threads.submit(() -> {
            poison.with(bad);
            return true;
          });
      Future<?> taken =
          threads.submit(() -> {
            for (int n = 0; n < 100; n++) {
              good.append(bytes("e" + n));
              good.flush();
            }
            return true;
          });
      taken.get(20, TimeUnit.SECONDS);
      assertThatThrownBy(() -> rejected.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StreamFailure.class)
          .hasMessageContaining("rejected");
    }
    assertThat(node.engine().log().read(good.ref().id(), 0).entries().next()).isEqualTo(100);
  }

  private static StreamRef create() {
    return database.tx(
        tx -> streams.create(tx, new NewStream(ANN, "test", "text/plain", List.of())));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
