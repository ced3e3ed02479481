package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A database that has less than it said: a failover to a standby that lagged takes the last events
 * and breaks all connections; damage takes any row.
 */
class LostEventsTest {

  private static final Principal ANN = new Principal("ann");
  static final Ending DONE =
      new Ending(StreamState.DONE, Optional.empty(), Optional.empty(), Optional.empty());
  private static final Duration SOON = Duration.ofSeconds(20);

  private Access access;
  private TestNode node;
  private Streams streams;
  private StreamLog log;
  private HikariDataSource others;
  private Database database;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    node = TestNode.reading(access);
    streams = node.engine().streams();
    log = node.engine().log();
    others = Pool.open(access.url(), access.user(), access.password(), 1);
    database = new Database(others);
  }

  @AfterEach
  void stop() {
    others.close();
    node.close();
  }

  @Test
  void aWriterWhoseLastEventsAreLostWritesNothingBehindTheHole() throws Exception {
    StreamRef cut = create();
    StreamRef whole = create();
    StreamWriter writer = written(cut, 5);
    StreamWriter unharmed = written(whole, 5);

    failover("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq >= 3", cut);

    fails(
        StreamFailure.Reason.TRUNCATED,
        () -> {
          writer.append(bytes("e5"));
          writer.flush();
        });
    unharmed.end(List.of(bytes("e5")), DONE);
    assertThat(texts(cut)).containsExactly("e0", "e1", "e2");
    assertThat(texts(whole)).containsExactly("e0", "e1", "e2", "e3", "e4", "e5");
    try (StreamWriter next = streams.open(cut.id()).orElseThrow()) {
      assertThat(next.append(bytes("n3"))).isEqualTo(3);
      next.end(List.of(), DONE);
    }
    assertThat(texts(cut)).containsExactly("e0", "e1", "e2", "n3");
  }

  /** A statement without rows tries whether the database takes any; that connects as well. */
  @Test
  void aHoleIsFoundThoughTheNewConnectionHasServedAnEmptyFlushBefore() throws Exception {
    StreamRef cut = create();
    StreamWriter writer = written(cut, 5);
    damage("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq >= 3", cut);
    database.update("CREATE SEQUENCE everbrook.strange");
    database.update(
        """
        CREATE FUNCTION everbrook.strange() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('everbrook.strange') = 1 THEN
            RAISE EXCEPTION 'once' USING ERRCODE = 'XX001';
          END IF;
          RETURN NEW;
        END $$
        """);
    database.update(
        """
        CREATE TRIGGER strange BEFORE INSERT ON everbrook.chunk
          FOR EACH ROW EXECUTE FUNCTION everbrook.strange()
        """);

    fails(
        StreamFailure.Reason.TRUNCATED,
        () -> {
          writer.append(bytes("e5"));
          writer.flush();
        });
    assertThat(texts(cut)).containsExactly("e0", "e1", "e2");
  }

  @Test
  void aPieceThatWaitsForTheNewServerIsNotWrittenBehindTheHole() throws Exception {
    StreamRef cut = create();
    StreamRef whole = create();
    StreamWriter writer = written(cut, 5);
    StreamWriter unharmed = written(whole, 5);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> flushes = new ArrayList<>();
      database.tx(tx -> {
        tx.update("LOCK TABLE everbrook.chunk IN SHARE MODE");
        for (StreamWriter each : List.of(writer, unharmed)) {
          flushes.add(
              threads.submit(() -> {
                each.append(bytes("e5"));
                each.flush();
                return true;
              }));
        }
        awaitBlockedFlush(tx::list);
        tx.update("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq >= 3", cut.id());
        tx.list(BREAK_ALL, row -> true);
        return true;
      });
      assertThatThrownBy(() -> flushes.getFirst().get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StreamFailure.class)
          .hasMessageContaining("from 3 on");
      flushes.getLast().get(20, TimeUnit.SECONDS);
    }
    assertThat(texts(cut)).containsExactly("e0", "e1", "e2");
    assertThat(texts(whole)).endsWith("e5");
  }

  private interface Query {
    List<Boolean> list(String sql, dev.everbrook.engine.store.Row<Boolean> row);
  }

  private static void awaitBlockedFlush(Query query) {
    while (query
        .list(
            """
            SELECT true FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
               AND query LIKE '%INSERT INTO everbrook.chunk%'
            """,
            row -> true)
        .isEmpty()) {
      Await.rest();
    }
  }

  @Test
  void aReaderWhoHadTheLostEventsIsToldAndOneWhoHadNotReadsWhatIsLeft() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = written(ref, 5);
    try (TestNode elsewhere = TestNode.reading(access);
        Tail here = node.engine().tails().follow(ref, 5);
        Tail there = elsewhere.engine().tails().follow(ref, 0)) {
      assertThat(here.next(Duration.ZERO).entries().isEmpty()).isTrue();
      while (there.position() < 5) {
        there.next(SOON);
      }

      failover("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq >= 3", ref);
      assertThatThrownBy(
              () -> {
                writer.append(bytes("e5"));
                writer.flush();
              })
          .isInstanceOf(StreamFailure.class);

      fails(StreamFailure.Reason.TRUNCATED, () -> here.next(SOON));
      fails(StreamFailure.Reason.TRUNCATED, () -> there.next(SOON));
      try (Tail again = node.engine().tails().follow(ref, 0)) {
        assertThat(again.next(SOON).entries().events()).hasSize(3);
        assertThat(again.next(Duration.ZERO).entries().isEmpty()).isTrue();
        assertThat(again.poll()).isInstanceOf(Tail.Poll.Nothing.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 2, 4})
  void aMissingRowIsToldToEveryReaderThatComesToIt(long missing) throws Exception {
    StreamRef open = create();
    written(open, 6);
    StreamRef ended = create();
    written(ended, 6).end(List.of(), DONE);
    for (StreamRef ref : List.of(open, ended)) {
      damage("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq = " + missing, ref);

      assertThat(texts(ref, missing)).hasSize((int) missing);
      fails(StreamFailure.Reason.DAMAGED, () -> log.read(ref.id(), missing));
      assertThat(log.read(ref.id(), missing + 1).entries().events()).isNotEmpty();
      try (Tail tail = node.engine().tails().follow(ref, missing)) {
        fails(StreamFailure.Reason.DAMAGED, () -> tail.next(SOON));
      }
    }
  }

  @Test
  void theEndOfAnEndedStreamThatIsMissingIsTold() throws Exception {
    StreamRef ref = create();
    written(ref, 6).end(List.of(), DONE);
    damage("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq >= 4", ref);

    assertThat(texts(ref, 4)).hasSize(4);
    fails(StreamFailure.Reason.DAMAGED, () -> log.read(ref.id(), 4));
  }

  @Test
  void aHoleBehindALongRowIsTold() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = streams.open(ref.id()).orElseThrow();
    for (int bytes : new int[] {500_000, 1, 1}) {
      writer.append(new byte[bytes]);
      writer.flush();
    }
    damage("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq = 1", ref);

    fails(StreamFailure.Reason.DAMAGED, () -> log.read(ref.id(), 1));
    fails(StreamFailure.Reason.DAMAGED, () -> log.read(ref.id(), 1, 1));
  }

  @Test
  void aRowThatCannotBeReadIsTold() throws Exception {
    StreamRef ref = create();
    written(ref, 3);
    damage("UPDATE everbrook.chunk SET data = '\\xff' WHERE stream_id = ? AND seq = 1", ref);

    fails(StreamFailure.Reason.DAMAGED, () -> log.read(ref.id(), 1));
  }

  private static final String BREAK_ALL =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()
      """;

  private void failover(String loss, StreamRef ref) {
    damage(loss, ref);
    database.list(BREAK_ALL, row -> true);
  }

  private void damage(String statement, StreamRef ref) {
    database.update(statement, ref.id());
  }

  private static void fails(StreamFailure.Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(StreamFailure.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private StreamRef create() {
    return database.tx(
        tx -> streams.create(tx, new NewStream(ANN, "test", "text/plain", List.of())));
  }

  /** A row for each event. */
  private StreamWriter written(StreamRef ref, int events) throws InterruptedException {
    StreamWriter writer = streams.open(ref.id()).orElseThrow();
    for (int n = 0; n < events; n++) {
      writer.append(bytes("e" + n));
      writer.flush();
    }
    return writer;
  }

  private List<String> texts(StreamRef ref) {
    return texts(ref, Long.MAX_VALUE);
  }

  private List<String> texts(StreamRef ref, long end) {
    List<String> texts = new ArrayList<>();
    boolean more = true;
    while (more && texts.size() < end) {
      Page page = log.read(ref.id(), texts.size());
      page.entries().events().forEach(it -> texts.add(new String(it, StandardCharsets.UTF_8)));
      more = !page.entries().isEmpty();
    }
    return texts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
