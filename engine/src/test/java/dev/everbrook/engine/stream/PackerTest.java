package dev.everbrook.engine.stream;

import static dev.everbrook.engine.stream.Shelf.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Session;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

@Order(1)
class PackerTest {

  private Shelf shelf;

  @BeforeEach
  void start() {
    shelf = new Shelf();
  }

  @AfterEach
  void stop() {
    shelf.close();
  }

  @Test
  void aPackedStreamReadsAsBeforeFromEveryOffset() throws Exception {
    StreamRef ref = shelf.ended("a", 200);
    List<Page> before = pages(ref, 202);

    shelf.pack();
    assertThat(shelf.count("chunk")).isZero();
    assertThat(shelf.count("segment")).isEqualTo(1);
    assertSame(pages(ref, 202), before);
    assertThat(shelf.log().tails(new long[] {ref.id()}))
        .containsExactly(new StreamLog.TailPosition(ref.id(), 200, true));
  }

  @Test
  void whatIsStillWrittenOrHasOnlyJustEndedIsNotPacked() throws Exception {
    shelf.open("a", 5);
    shelf.ended("b", 5);
    Packer patient = new Packer(shelf.database(), Duration.ofMinutes(1));

    assertThat(patient.step()).isPositive();
    assertThat(shelf.count("segment")).isZero();
    shelf.pack();
    assertThat(shelf.count("segment")).isEqualTo(1);
  }

  @Test
  void aLargeEventHasASegmentOfItsOwnAndABinaryOneComesBackAsItWas() throws Exception {
    byte[] large = new byte[StreamWriter.EVENT_BYTES_MAX];
    new Random(7).nextBytes(large);
    StreamRef ref = shelf.open("a", 1);
    try (StreamWriter writer = shelf.streams().open(ref.id()).orElseThrow()) {
      writer.append(large);
      writer.append(new byte[0]);
      writer.end(List.of(), Shelf.DONE);
    }
    shelf.pack();

    assertThat(shelf.count("segment")).isEqualTo(3);
    assertThat(shelf.log().read(ref.id(), 1).entries().events().getFirst()).isEqualTo(large);
    assertThat(shelf.log().read(ref.id(), 2).entries().events()).containsExactly(new byte[0]);
  }

  @Test
  void aStreamThatIsTooMuchForOneStepIsReadFromBothFormsMeanwhile() throws Exception {
    StreamRef ref = shelf.open("a", 0);
    try (StreamWriter writer = shelf.streams().open(ref.id()).orElseThrow()) {
      for (int n = 0; n < 120; n++) {
        writer.append(numbered(n, 100_000));
      }
      writer.end(List.of(), Shelf.DONE);
    }
    StreamRef fork = shelf.fork(ref, 118);
    Packer packer = new Packer(shelf.database(), Duration.ZERO);
    int steps = 0;
    do {
      for (int from = 0; from < 118; from += 7) {
        assertNumbered(ref, from, 120);
        assertNumbered(fork, from, 118);
      }
      steps++;
    } while (packer.step().isZero());
    assertThat(steps).isGreaterThan(3);
    assertThat(shelf.count("chunk")).isZero();
  }

  private void assertNumbered(StreamRef ref, long from, long end) {
    long next = from;
    while (next < end) {
      Page page = shelf.log().read(ref.id(), next);
      assertThat(page.entries().events()).isNotEmpty();
      for (byte[] event : page.entries().events()) {
        assertThat(event).isEqualTo(numbered(next, 100_000));
        next++;
      }
    }
  }

  @Test
  void forksOfForksOfPackedStreamsReadAsBefore() throws Exception {
    StreamRef first = shelf.ended("a", 9);
    StreamRef second = shelf.fork(first, 6, "b6", "b7");
    StreamRef third = shelf.fork(second, 7, "c7");
    shelf.pack();
    assertThat(shelf.read(third, 0)).isEqualTo("a0 a1 a2 a3 a4 a5 b6 c7");
    shelf.end(second);
    shelf.end(third);
    StreamRef empty = shelf.fork(third, 8);
    shelf.end(empty);
    shelf.pack();

    assertThat(shelf.count("chunk")).isZero();
    assertThat(shelf.count("stream WHERE NOT packed")).isZero();
    assertThat(shelf.read(third, 0)).isEqualTo("a0 a1 a2 a3 a4 a5 b6 c7");
    assertThat(shelf.read(empty, 3)).isEqualTo("a3 a4 a5 b6 c7");
    assertThat(shelf.read(shelf.fork(third, 2, "d2"), 0)).isEqualTo("a0 a1 d2");
    shelf.remove(first);
    shelf.sweep();
    assertThat(shelf.read(third, 0)).isEqualTo("a0 a1 a2 a3 a4 a5 b6 c7");
  }

  @Test
  void aFlushThatIsSentAgainAfterThePackingLeavesNothingBehind() throws Exception {
    StreamRef ref = shelf.open("a", 4);
    try (StreamWriter writer = shelf.streams().open(ref.id()).orElseThrow();
        Session session = shelf.database().dedicated("the test")) {
      Piece last = Piece.of(writer, new Entries(4, List.of(bytes("a4"))), Optional.of(Shelf.DONE));
      Flush flush = new Flush(writer.node(), List.of(last));
      assertThat(flush.write(session)).isEqualTo(Flush.Result.WRITTEN);
      shelf.pack();
      assertThat(flush.write(session)).isEqualTo(Flush.Result.DOUBTFUL);
      assertThat(shelf.read(ref, 0)).as("in both forms").isEqualTo("a0 a1 a2 a3 a4");
      assertThat(flush.verify(session)).isEmpty();
    }
    assertThat(shelf.count("chunk")).isZero();
    assertThat(shelf.read(ref, 0)).isEqualTo("a0 a1 a2 a3 a4");
  }

  @Test
  void aDamagedStreamIsLeftAsItIsAndKeepsNoOtherFromBeingPacked() throws Exception {
    StreamRef hole = shelf.ended("a", 9);
    StreamRef garbage = shelf.ended("b", 3);
    StreamRef whole = shelf.ended("c", 9);
    shelf
        .database()
        .update("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq = 3", hole.id());
    shelf
        .database()
        .update(
            "UPDATE everbrook.chunk SET data = '\\xffff7f61' WHERE stream_id = ?", garbage.id());
    long damaged = shelf.count("chunk WHERE stream_id <> " + whole.id());
    shelf.pack();

    assertThat(shelf.count("chunk")).isEqualTo(damaged);
    assertThat(shelf.log().read(hole.id(), 0).entries().events())
        .as("up to the hole, and nothing under another's number")
        .containsExactly(bytes("a0"), bytes("a1"), bytes("a2"));
    assertThat(shelf.count("segment WHERE stream_id = " + whole.id())).isEqualTo(1);
    assertThat(shelf.count("segment")).isEqualTo(1);
    assertThat(shelf.count("stream WHERE packed")).isEqualTo(1);
  }

  @Test
  void aStreamWhoseSegmentsAreTakenAlreadyKeepsNoOtherFromBeingPacked() throws Exception {
    StreamRef twice = shelf.ended("a", 9);
    StreamRef one = shelf.ended("b", 9);
    shelf
        .database()
        .update(
            """
            INSERT INTO everbrook.segment (stream_id, seq, n, bytes, data)
            VALUES (?, 0, 1, 1, '\\x00')
            """,
            twice.id());
    StreamRef other = shelf.ended("c", 9);
    shelf.pack();

    assertThat(shelf.count("stream WHERE packed")).isEqualTo(2);
    assertThat(shelf.read(one, 0)).startsWith("b0 b1");
    assertThat(shelf.read(other, 0)).startsWith("c0 c1");
    assertThat(shelf.count("chunk WHERE stream_id = " + twice.id())).isPositive();
  }

  @Test
  void aFlushThatIsSentAgainWhileItsStreamIsHalfPackedLeavesNothingBehind() throws Exception {
    StreamRef ref = shelf.open("a", 0);
    try (StreamWriter writer = shelf.streams().open(ref.id()).orElseThrow();
        Session session = shelf.database().dedicated("the test")) {
      Piece first = Piece.of(writer, new Entries(0, List.of(bytes("a0"))), Optional.empty());
      Flush flush = new Flush(writer.node(), List.of(first));
      assertThat(flush.write(session)).isEqualTo(Flush.Result.WRITTEN);
      List<byte[]> large = new ArrayList<>();
      for (int n = 1; n < 60; n++) {
        large.add(numbered(n, 100_000));
      }
      Piece rest = Piece.of(writer, new Entries(1, large.subList(0, 1)), Optional.empty());
      assertThat(new Flush(writer.node(), List.of(rest)).write(session))
          .isEqualTo(Flush.Result.WRITTEN);
      for (int n = 2; n < 60; n++) {
        Optional<Ending> ending = n == 59 ? Optional.of(Shelf.DONE) : Optional.empty();
        Piece piece = Piece.of(writer, new Entries(n, large.subList(n - 1, n)), ending);
        new Flush(writer.node(), List.of(piece)).write(session);
      }
      assertThat(new Packer(shelf.database(), Duration.ZERO).step()).isZero();
      long left = shelf.count("chunk");
      assertThat(left).as("half packed").isBetween(1L, 58L);
      assertThat(flush.write(session)).isEqualTo(Flush.Result.WRITTEN);
      flush.verify(session);
      assertThat(shelf.count("chunk")).isEqualTo(left);
    }
    shelf.pack();
    assertThat(shelf.count("chunk")).isZero();
  }

  @Test
  void aPackerThatIsKilledInTheMiddleHasDoneNothing() throws Exception {
    StreamRef ref = shelf.ended("a", 30);
    CountDownLatch locked = new CountDownLatch(1);
    CountDownLatch killed = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HikariDataSource pool =
            Pool.open(shelf.access().url(), shelf.access().user(), shelf.access().password(), 2)) {
      Future<?> lock =
          threads.submit(() ->
              shelf
                  .database()
                  .tx(tx -> {
                    tx.list("SELECT FROM everbrook.chunk FOR UPDATE", row -> true);
                    locked.countDown();
                    return await(killed);
                  }));
      assertThat(locked.await(10, TimeUnit.SECONDS)).isTrue();
      Packer packer = new Packer(new Database(pool), Duration.ZERO);
      Future<?> packing = threads.submit(packer::step);
      while (shelf.database().list(KILL_WHO_DELETES, row -> true).isEmpty()) {
        Await.rest();
      }
      killed.countDown();
      lock.get(10, TimeUnit.SECONDS);
      assertThatThrownBy(() -> packing.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StoreFailure.class);
    }
    assertThat(shelf.count("segment")).isZero();
    assertThat(shelf.words(ref, 0, 100)).hasSize(30);
    shelf.pack();
    assertThat(shelf.words(ref, 0, 100)).hasSize(30);
    assertThat(shelf.count("chunk")).isZero();
  }

  /** It has written the segments by then. */
  private static final String KILL_WHO_DELETES =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND query LIKE 'DELETE FROM everbrook.chunk%'
      """;

  @Test
  void readersAtAnyMomentSeeTheSameWhilePackersPack(TestReporter reporter) throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    for (int round = 0; round < 10; round++) {
      List<StreamRef> refs = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      for (int n = 0; n < 6; n++) {
        sizes.add(1 + random.nextInt(150));
        refs.add(shelf.ended("a", sizes.getLast()));
      }
      AtomicBoolean packed = new AtomicBoolean();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Integer>> readers = new ArrayList<>();
        for (int n = 0; n < refs.size(); n++) {
          StreamRef ref = refs.get(n);
          int size = sizes.get(n);
          Random own = new Random(random.nextLong());
          readers.add(threads.submit(() -> readUntil(packed, ref, size, own)));
        }
        List<Future<?>> packers = new ArrayList<>();
        for (int n = 0; n < 2; n++) {
          packers.add(threads.submit(shelf::pack));
        }
        for (Future<?> packer : packers) {
          packer.get(20, TimeUnit.SECONDS);
        }
        packed.set(true);
        for (Future<Integer> reader : readers) {
          assertThat(reader.get(20, TimeUnit.SECONDS)).as("seed %s", seed).isPositive();
        }
      }
      assertThat(shelf.count("chunk")).isZero();
    }
  }

  /** Reads in pages and live, from anywhere, until the packers are done and once after that. */
  private int readUntil(AtomicBoolean packed, StreamRef ref, int size, Random random)
      throws InterruptedException {
    int reads = 0;
    boolean last;
    do {
      last = packed.get();
      int from = random.nextInt(size + 1);
      List<String> expected = new ArrayList<>();
      for (int n = from; n < size; n++) {
        expected.add("a" + n);
      }
      assertThat(shelf.words(ref, from, 1 + random.nextInt(2_000))).isEqualTo(expected);
      try (Tail tail = shelf.node().engine().tails().follow(ref, from)) {
        long seen = from;
        Page page;
        do {
          page = tail.next(Duration.ofSeconds(10));
          for (byte[] event : page.entries().events()) {
            assertThat(event).isEqualTo(bytes("a" + seen));
            seen++;
          }
        } while (!page.ended());
        assertThat(seen).isEqualTo(size);
      }
      reads++;
    } while (!last);
    return reads;
  }

  private List<Page> pages(StreamRef ref, int upTo) {
    List<Page> pages = new ArrayList<>();
    for (int from = 0; from <= upTo; from++) {
      pages.add(shelf.log().read(ref.id(), from));
    }
    return pages;
  }

  private static void assertSame(List<Page> after, List<Page> before) {
    for (int n = 0; n < before.size(); n++) {
      assertThat(after.get(n).ends()).isEqualTo(before.get(n).ends());
      assertThat(after.get(n).entries().first()).isEqualTo(before.get(n).entries().first());
      assertThat(after.get(n).entries().events())
          .containsExactlyElementsOf(before.get(n).entries().events());
    }
  }

  private static byte[] numbered(long n, int length) {
    byte[] event = new byte[length];
    new Random(n).nextBytes(event);
    return event;
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
