package dev.everbrook.engine.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Ending;
import dev.everbrook.engine.stream.NewStream;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

class TailsTest {

  private static final Ending DONE =
      new Ending(StreamState.DONE, Optional.empty(), Optional.empty(), Optional.empty());

  private Access access;
  private TestNode node;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    node = TestNode.reading(access);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void readersThatComeAtAnyMomentSeeEachEventOnceAndInOrder(TestReporter reporter)
      throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    int events = 3_000;
    int readers = 40;
    StreamRef ref = create();
    try (TestNode other = TestNode.reading(access);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> read = new ArrayList<>();
      StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
      for (int n = 0; n < events; n++) {
        writer.append(bytes("e" + n));
        if (random.nextInt(events / readers) == 0) {
          writer.flush();
          Tails tails = (random.nextBoolean() ? node : other).engine().tails();
          long from = random.nextInt(n + 1);
          read.add(threads.submit(() -> readToTheEnd(tails, ref, from)));
        }
      }
      writer.end(List.of(), DONE);
      for (Future<Long> reader : read) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo(events);
      }
      assertThat(node.engine().tails().readers() + other.engine().tails().readers()).isZero();
    }
  }

  /** As when memory runs out while one of many readers is told. */
  @Test
  void aReaderWhoCannotBeToldKeepsNoOtherFromBeingToldAndIsToldLater() throws Exception {
    StreamRef ref = create();
    List<Tail> tails = new ArrayList<>();
    CountDownLatch told = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      AtomicInteger calls = new AtomicInteger();
      Tail tail = node.engine().tails().follow(ref, 0);
      tails.add(tail);
      tail.onReady(() -> {
        if (calls.incrementAndGet() == 1) {
          throw new OutOfMemoryError("no more threads");
        }
        told.countDown();
      });
    }
    try (StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow()) {
      writer.append(bytes("the only one"));
      writer.flush();
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      tails.forEach(Tail::close);
    }
  }

  @Test
  void aReaderOnAnotherNodeIsWokenWellBeforeTheNodeWouldLookByItself() throws Exception {
    StreamRef ref = create();
    try (TestNode other = TestNode.reading(access);
        Tail tail = other.engine().tails().follow(ref, 0)) {
      tail.next(Duration.ZERO);
      StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
      for (int n = 0; n < 100; n++) {
        writer.append(bytes("e" + n));
        writer.flush();
        long start = System.nanoTime();
        while (tail.position() <= n) {
          assertThat(tail.next(Duration.ofSeconds(10)).entries().isEmpty()).isFalse();
        }
        if (n > 50 && System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(500)) {
          return; // one quick wake-up is proof enough: the look comes once a second only
        }
      }
      throw new AssertionError("the bell never told the other node");
    }
  }

  @Test
  void aReaderFarBeyondTheEndDisturbsNobody() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
    try (Tail far = node.engine().tails().follow(ref, 1_000_000);
        Tail near = node.engine().tails().follow(ref, 0)) {
      assertThat(far.next(Duration.ofMillis(10)).entries().isEmpty()).isTrue();
      assertThat(near.next(Duration.ofMillis(10)).entries().isEmpty()).isTrue();
      assertThat(near.poll()).isInstanceOf(Tail.Poll.Nothing.class);
      writer.append(bytes("a"));
      writer.end(List.of(bytes("b")), DONE);
      long seen = 0;
      Page page;
      do {
        page = near.next(Duration.ofSeconds(10));
        seen += page.entries().events().size();
      } while (!page.ended());
      assertThat(seen).isEqualTo(2);
      assertThat(far.next(Duration.ofSeconds(10)).ended()).isTrue();
    }
  }

  @Test
  void whoWaitsIsToldWhenTheNodeStops() throws Exception {
    StreamRef ref = create();
    CountDownLatch waiting = new CountDownLatch(1);
    TestNode stopping = TestNode.reading(access);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Tail tail = stopping.engine().tails().follow(ref, 0);
      Future<Page> next =
          threads.submit(() -> {
            tail.next(Duration.ZERO);
            waiting.countDown();
            return tail.next(Duration.ofSeconds(60));
          });
      assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
      stopping.close();
      assertThatThrownBy(() -> next.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TailClosed.class);
    }
  }

  @Test
  void aReaderThatTakesNothingCatchesUpFromTheDatabase() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
    try (Tail slow = node.engine().tails().follow(ref, 0)) {
      slow.next(Duration.ZERO);
      byte[] large = new byte[10_000];
      for (int n = 0; n < 100; n++) {
        writer.append(large);
      }
      writer.flush();
      assertThat(slow.poll()).isInstanceOf(Tail.Poll.Behind.class);
      long seen = 0;
      while (seen < 100) {
        Page page = slow.next(Duration.ofSeconds(10));
        assertThat(page.entries().first()).isEqualTo(seen);
        seen = page.entries().next();
      }
      assertThat(slow.next(Duration.ZERO).entries().isEmpty()).isTrue();
      assertThat(slow.poll()).isInstanceOf(Tail.Poll.Nothing.class);
    }
  }

  @Test
  void aReaderFarBehindOnAnotherNodeGetsPageAfterPageWithoutWaiting() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
    for (int n = 0; n < 100; n++) {
      writer.append(new byte[10_000]);
    }
    writer.flush();
    try (TestNode other = TestNode.reading(access);
        Tail tail = other.engine().tails().follow(ref, 0)) {
      while (tail.position() < 100) {
        assertThat(tail.next(Duration.ZERO).entries().isEmpty()).isFalse();
      }
      assertThat(tail.next(Duration.ZERO).entries().isEmpty()).isTrue();
      assertThat(tail.poll()).isInstanceOf(Tail.Poll.Nothing.class);
    }
  }

  @Test
  void aReaderOfAForkGoesOnAtItsBorderWithoutWaiting() throws Exception {
    StreamRef source = create();
    StreamWriter writer = node.engine().streams().open(source.id()).orElseThrow();
    for (int n = 0; n < 6; n++) {
      writer.append(bytes("a" + n));
    }
    writer.flush();
    NewStream stream = new NewStream(new Principal("ann"), "test", "text/plain", List.of());
    List<byte[]> own = List.of(bytes("b4"), bytes("b5"));
    StreamRef fork =
        node.engine()
            .database()
            .tx(tx -> node.engine().forks().fork(tx, stream, source.id(), 4, own));
    try (Tail first = node.engine().tails().follow(fork, 0);
        Tail second = node.engine().tails().follow(fork, 0)) {
      for (Tail tail : List.of(first, second)) {
        assertThat(tail.next(Duration.ZERO).entries().next()).isEqualTo(4);
      }
      for (Tail tail : List.of(second, first)) {
        assertThat(tail.next(Duration.ZERO).entries().next()).isEqualTo(6);
        assertThat(tail.next(Duration.ZERO).entries().isEmpty()).isTrue();
        assertThat(tail.poll()).isInstanceOf(Tail.Poll.Nothing.class);
      }
    }
  }

  @Test
  void whoWaitsIsWokenByTheNextEventAndByTheEnd() throws Exception {
    StreamRef ref = create();
    StreamWriter writer = node.engine().streams().open(ref.id()).orElseThrow();
    CountDownLatch waiting = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Tail tail = node.engine().tails().follow(ref, 0)) {
      Future<Page> next =
          threads.submit(() -> {
            tail.next(Duration.ZERO);
            waiting.countDown();
            return tail.next(Duration.ofSeconds(20));
          });
      assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
      writer.append(bytes("hello"));
      assertThat(next.get(10, TimeUnit.SECONDS).entries().events()).hasSize(1);
      Future<Page> end = threads.submit(() -> tail.next(Duration.ofSeconds(20)));
      writer.end(List.of(), DONE);
      assertThat(end.get(10, TimeUnit.SECONDS).ended()).isTrue();
    }
  }

  private static long readToTheEnd(Tails tails, StreamRef ref, long from)
      throws InterruptedException {
    long seen = from;
    try (Tail tail = tails.follow(ref, from)) {
      Page page;
      do {
        page = tail.next(Duration.ofSeconds(20));
        assertThat(page.entries().first()).isEqualTo(seen);
        for (byte[] event : page.entries().events()) {
          assertThat(new String(event, StandardCharsets.UTF_8)).isEqualTo("e" + seen);
          seen++;
        }
      } while (!page.ended());
    }
    return seen;
  }

  private StreamRef create() {
    return node.engine()
        .database()
        .tx(tx ->
            node.engine()
                .streams()
                .create(tx, new NewStream(Principal.LOCAL, "test", "text/plain", List.of())));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
