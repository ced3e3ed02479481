package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamsTest {

  private static final Principal ANN = new Principal("ann");
  private static final Ending DONE =
      new Ending(StreamState.DONE, Optional.of("all"), Optional.empty(), Optional.empty());

  private Access access;
  private TestNode node;
  private Streams streams;
  private StreamLog log;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    node = TestNode.reading(access);
    streams = node.engine().streams();
    log = node.engine().log();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void numbersAreDenseFromZeroAndAnyOffsetCanBeRead() throws Exception {
    StreamRef ref = create("opening");
    try (StreamWriter writer = writer(ref)) {
      for (int i = 1; i < 50; i++) {
        assertThat(writer.append(bytes("e" + i))).isEqualTo(i);
        if (i % 7 == 0) {
          writer.flush();
        }
      }
      writer.end(List.of(bytes("last")), DONE);
    }

    for (int from = 0; from <= 51; from++) {
      Page page = log.read(ref.id(), from);
      assertThat(page.entries().first()).isEqualTo(from);
      assertThat(page.entries().events()).hasSize(51 - from);
      assertThat(page.ended()).isTrue();
      for (int i = 0; i < page.entries().events().size(); i++) {
        int seq = from + i;
        String expected = seq == 0 ? "opening" : seq == 50 ? "last" : "e" + seq;
        assertThat(text(page.entries().events().get(i))).isEqualTo(expected);
      }
    }
  }

  @Test
  void aLongStreamIsReadInPagesThatAreBounded() throws Exception {
    StreamRef ref = create();
    byte[] large = new byte[40_000];
    try (StreamWriter writer = writer(ref)) {
      for (int i = 0; i < 40; i++) {
        writer.append(large);
      }
      writer.end(List.of(), DONE);
    }
    long next = 0;
    int pages = 0;
    Page page;
    do {
      page = log.read(ref.id(), next);
      assertThat(page.entries().bytes()).isLessThan(400_000);
      next = page.entries().next();
      pages++;
    } while (!page.ended());
    assertThat(next).isEqualTo(40);
    assertThat(pages).isGreaterThan(3);
  }

  @Test
  void theEndIsWrittenWithTheLastEventsAndOnlyOnce() throws Exception {
    StreamRef ref = create();
    try (StreamWriter writer = writer(ref)) {
      writer.end(
          List.of(bytes("a"), bytes("b")),
          new Ending(
              StreamState.FAILED,
              Optional.of("ab"),
              Optional.of("{\"n\": 1}"),
              Optional.of("{\"message\": \"no\"}")));
      assertThatThrownBy(() -> writer.append(bytes("c")))
          .isInstanceOf(StreamFailure.class)
          .hasMessageContaining("has ended");
    }
    Head head = log.head(ANN, ref.publicId()).orElseThrow();
    assertThat(head.state()).isEqualTo(StreamState.FAILED);
    assertThat(head.events()).hasValue(2);
    assertThat(head.body()).contains("ab");
    assertThat(streams.open(ref.id())).isEmpty();
  }

  @Test
  void whoOpensTheStreamNextFencesTheWriterBefore() throws Exception {
    StreamRef ref = create();
    StreamWriter first = writer(ref);
    first.append(bytes("first"));
    first.flush();
    try (StreamWriter second = writer(ref)) {
      assertThatThrownBy(() -> first.append(bytes("late")))
          .isInstanceOfSatisfying(
              StreamFailure.class,
              e -> assertThat(e.reason()).isEqualTo(StreamFailure.Reason.FENCED));
      assertThat(second.append(bytes("second"))).isEqualTo(1);
      second.end(List.of(), DONE);
    }
    assertThat(log.read(ref.id(), 0).entries().events()).hasSize(2);
  }

  @Test
  void aNodeWhoseLifeWasEndedCanWriteNothing() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = writer(ref);
    writer.append(bytes("before"));
    writer.flush();
    node.engine()
        .database()
        .update("DELETE FROM everbrook.node WHERE id = ?", node.engine().membership().node());

    assertThatThrownBy(
            () -> {
              writer.append(bytes("after"));
              writer.flush();
            })
        .isInstanceOfSatisfying(
            StreamFailure.class,
            e -> assertThat(e.reason()).isEqualTo(StreamFailure.Reason.FENCED));
    assertThat(log.read(ref.id(), 0).entries().events()).hasSize(1);
  }

  @Test
  void anotherWritersRowsAreNotTakenForOnesOwn() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = writer(ref);
    node.engine()
        .database()
        .update(
            "INSERT INTO everbrook.chunk (stream_id, seq, n, data) VALUES (?, 0, 1, ?)",
            ref.id(),
            Packing.pack(List.of(bytes("foreign"))));

    assertThatThrownBy(
            () -> {
              writer.append(bytes("mine"));
              writer.flush();
            })
        .isInstanceOf(StreamFailure.class);
    assertThat(text(log.read(ref.id(), 0).entries().events().getFirst())).isEqualTo("foreign");
  }

  @Test
  void whatTheDatabaseRejectsFailsItsOwnStreamOnly() throws Exception {
    int good = 20;
    Ending poisoned =
        new Ending(
            StreamState.DONE, Optional.empty(), Optional.of("this is no JSON"), Optional.empty());
    CountDownLatch go = new CountDownLatch(1);
    List<StreamRef> refs = new ArrayList<>();
    List<Future<?>> ends = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i <= good; i++) {
        StreamRef ref = create();
        refs.add(ref);
        Ending ending = i == good / 2 ? poisoned : DONE;
        ends.add(
            threads.submit(() -> {
              StreamWriter writer = writer(ref);
              writer.append(bytes("x"));
              go.await();
              writer.end(List.of(), ending);
              return true;
            }));
      }
      go.countDown();
      for (int i = 0; i <= good; i++) {
        Future<?> end = ends.get(i);
        if (i == good / 2) {
          assertThatThrownBy(() -> end.get(20, TimeUnit.SECONDS)).hasMessageContaining("rejected");
        } else {
          end.get(20, TimeUnit.SECONDS);
          assertThat(log.headOf(refs.get(i).id()).state()).isEqualTo(StreamState.DONE);
        }
      }
    }
    assertThat(log.headOf(refs.get(good / 2).id()).isOpen()).isTrue();
  }

  @Test
  void nothingIsLostOrDoubledWhenConnectionsBreakInTheMiddle() throws Exception {
    int writers = 20;
    int events = 400;
    List<StreamRef> refs = new ArrayList<>();
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HikariDataSource other = Pool.open(access.url(), access.user(), access.password(), 1)) {
      for (int i = 0; i < writers; i++) {
        StreamRef ref = create();
        StreamWriter writer = writer(ref);
        refs.add(ref);
        done.add(
            threads.submit(() -> {
              for (int n = 0; n < events; n++) {
                writer.append(bytes(ref.id() + ":" + n));
                if (n % 20 == 0) {
                  writer.flush();
                }
              }
              writer.end(List.of(), DONE);
              return true;
            }));
      }
      Database cutter = new Database(other);
      for (int round = 0; round < 5; round++) {
        cutter.list(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            row -> true);
      }
      for (Future<?> future : done) {
        future.get(30, TimeUnit.SECONDS);
      }
    }
    for (StreamRef ref : refs) {
      Page page = log.read(ref.id(), 0);
      assertThat(page.ended()).isTrue();
      assertThat(page.entries().events()).hasSize(events);
      for (int n = 0; n < events; n++) {
        assertThat(text(page.entries().events().get(n))).isEqualTo(ref.id() + ":" + n);
      }
    }
  }

  @Test
  void aStatementThatWasCancelledFailsNoStream() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = writer(ref); // before the lock: opening reads the chunks
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HikariDataSource other = Pool.open(access.url(), access.user(), access.password(), 2)) {
      Database elsewhere = new Database(other);
      Future<?> lock =
          threads.submit(() ->
              elsewhere.tx(tx -> {
                tx.update("LOCK TABLE everbrook.chunk IN ACCESS EXCLUSIVE MODE");
                locked.countDown();
                return await(cancelled);
              }));
      assertThat(locked.await(10, TimeUnit.SECONDS)).isTrue();
      writer.append(bytes("a"));
      while (elsewhere
          .list(
              """
              SELECT pg_cancel_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'
                 AND query LIKE '%everbrook.chunk%'
              """,
              row -> true)
          .isEmpty()) {
        Await.rest();
      }
      cancelled.countDown();
      lock.get(10, TimeUnit.SECONDS);
      writer.flush();
      writer.end(List.of(), DONE);
    }
    assertThat(log.read(ref.id(), 0).entries().events()).hasSize(1);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void anEventThatIsTooLongIsRefused() throws Exception {
    try (StreamWriter writer = writer(create())) {
      assertThatThrownBy(() -> writer.append(new byte[StreamWriter.EVENT_BYTES_MAX + 1]))
          .hasMessageContaining("at most 1048576 bytes");
    }
  }

  private StreamRef create(String... opening) {
    List<byte[]> events = new ArrayList<>();
    for (String event : opening) {
      events.add(bytes(event));
    }
    return node.engine()
        .database()
        .tx(tx -> streams.create(tx, new NewStream(ANN, "test", "text/plain", events)));
  }

  private StreamWriter writer(StreamRef ref) throws InterruptedException {
    return streams.open(ref.id()).orElseThrow();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
