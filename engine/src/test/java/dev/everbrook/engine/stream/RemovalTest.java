package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

class RemovalTest {

  private static final int ROUNDS = 100;
  private static final int SPINS_MAX = 20_000;

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
  void aRemovedStreamIsFoundByNobodyAndLeavesNoRow() throws Exception {
    StreamRef ref = shelf.ended("a", 20);

    assertThat(shelf.remove(ref)).isTrue();
    assertThat(shelf.log().head(Shelf.ANN, ref.publicId())).isEmpty();
    assertThat(shelf.log().heads(new long[] {ref.id()})).isEmpty();
    assertThat(shelf.log().tails(new long[] {ref.id()})).isEmpty();
    assertThat(shelf.remove(ref)).as("a second time").isFalse();
    assertThat(gone(() -> shelf.log().read(ref.id(), 0))).isTrue();
    shelf.sweep();
    assertThat(shelf.rows()).isZero();
    assertThat(gone(() -> shelf.log().read(ref.id(), 0))).isTrue();
  }

  @Test
  void anOpenStreamThatNoJobWritesIsEndedByItsRemoval() throws Exception {
    StreamRef ref = shelf.open("a", 2);
    StreamWriter late = shelf.streams().open(ref.id()).orElseThrow();

    assertThat(shelf.remove(ref)).isTrue();
    assertThat(gone(() -> shelf.streams().open(ref.id()))).isTrue();
    assertThatThrownBy(() -> late.end(List.of(), Shelf.DONE)).isInstanceOf(StreamFailure.class);
    shelf.sweep();
    assertThat(shelf.rows()).isZero();
  }

  @Test
  void whatAForkNeedsIsKeptAndGoesWithTheLastFork() throws Exception {
    StreamRef first = shelf.ended("a", 6);
    StreamRef second = shelf.fork(first, 4, "b4", "b5");
    StreamRef third = shelf.fork(second, 5, "c5");
    StreamRef other = shelf.fork(second, 6, "d6");
    shelf.remove(first);
    shelf.remove(second);
    shelf.sweep();

    assertThat(shelf.log().head(Shelf.ANN, second.publicId())).isEmpty();
    assertThat(gone(() -> shelf.log().read(second.id(), 0))).isTrue();
    assertThat(shelf.read(third, 0)).isEqualTo("a0 a1 a2 a3 b4 c5");
    shelf.remove(third);
    shelf.sweep();
    assertThat(shelf.read(other, 0)).isEqualTo("a0 a1 a2 a3 b4 b5 d6");
    shelf.remove(other);
    shelf.sweep();
    assertThat(shelf.rows()).isZero();
  }

  @Test
  void aSourceThatIsNotDeletedSurvivesItsForks() throws Exception {
    StreamRef source = shelf.ended("a", 3);
    shelf.remove(shelf.fork(source, 2, "b2"));
    shelf.sweep();

    assertThat(shelf.read(source, 0)).isEqualTo("a0 a1 a2");
  }

  @Test
  void aSourceThatIsHeldKeepsItsForkAndNothingElse() throws Exception {
    StreamRef source = shelf.ended("a", 3);
    StreamRef fork = shelf.fork(source, 2, "b2");
    StreamRef other = shelf.ended("c", 3);
    Database database = shelf.database();
    Sweeper sweeper = new Sweeper(database);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread frozen =
        Thread.ofVirtual()
            .start(() ->
                database.tx(tx -> {
                  tx.list(
                      "SELECT FROM everbrook.stream WHERE id = ? FOR KEY SHARE",
                      row -> true,
                      source.id());
                  held.countDown();
                  return awaited(go);
                }));
    assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
    shelf.remove(fork);
    shelf.remove(other);
    long start = System.nanoTime();
    while (sweeper.step().isZero()) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(8));
      Await.rest();
    }
    assertThat(shelf.count("stream")).as("the source and its fork").isEqualTo(2);

    go.countDown();
    frozen.join();
    shelf.sweep();
    assertThat(shelf.count("stream")).as("the source").isOne();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(9, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLongStreamGoesInSeveralSteps() throws Exception {
    StreamRef ref = shelf.ended("a", 0);
    shelf
        .database()
        .update(
            """
            INSERT INTO everbrook.chunk (stream_id, seq, n, data)
            SELECT ?, n, 1, '\\x0161' FROM generate_series(0, 11999) AS n
            """,
            ref.id());
    shelf.remove(ref);
    Sweeper sweeper = new Sweeper(shelf.database());

    assertThat(sweeper.step()).isZero();
    assertThat(shelf.rows()).isEqualTo(7_001);
    assertThat(sweeper.step()).isZero();
    assertThat(sweeper.step()).isZero();
    assertThat(shelf.rows()).isZero();
    assertThat(sweeper.step()).isPositive();
  }

  @Test
  void aReaderOfAnOpenStreamThatIsRemovedIsCutOffAndNotToldOfAnEnd() throws Exception {
    StreamRef ref = shelf.open("a", 2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Tail tail = shelf.node().engine().tails().follow(ref, 0)) {
      assertThat(tail.next(Duration.ofSeconds(10)).entries().events()).hasSize(2);
      Future<Page> next = threads.submit(() -> tail.next(Duration.ofSeconds(30)));
      shelf.remove(ref);

      assertThatThrownBy(() -> next.get(10, TimeUnit.SECONDS))
          .cause()
          .isInstanceOfSatisfying(
              StreamFailure.class,
              it -> assertThat(it.reason()).isEqualTo(StreamFailure.Reason.GONE));
      assertThat(tail.poll()).isInstanceOf(Tail.Poll.Behind.class);
    }
  }

  @Test
  void aForkAndTheRemovalOfItsSourceNeverPassEachOther(TestReporter reporter) throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    int forked = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        StreamRef source = shelf.ended("a", 4);
        List<Callable<StreamRef>> rivals =
            List.of(() -> shelf.fork(source, 3, "f3"), () -> removed(source));
        Optional<StreamRef> fork = race(threads, random, rivals);
        shelf.sweep();
        if (fork.isPresent()) {
          forked++;
          assertThat(shelf.read(fork.get(), 0)).as("seed %s", seed).isEqualTo("a0 a1 a2 f3");
          shelf.remove(fork.get());
          shelf.sweep();
        }
        assertThat(shelf.rows()).as("round %s of seed %s", round, seed).isZero();
      }
    }
    reporter.publishEntry("forked", forked + " of " + ROUNDS);
  }

  @Test
  void theLastForkAndTheRemovalOfItsSourceLeaveNothingBehind(TestReporter reporter)
      throws Exception {
    long seed = System.nanoTime();
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        StreamRef source = shelf.ended("a", 2);
        StreamRef last = shelf.fork(source, 1);
        StreamRef other = shelf.fork(source, 2);
        removed(last);
        removed(random.nextBoolean() ? other : shelf.fork(other, 1));
        race(threads, random, List.of(() -> swept(source), () -> removed(source)));
        removed(other);
        shelf.sweep();
        assertThat(shelf.rows()).as("round %s of seed %s", round, seed).isZero();
      }
    }
  }

  private StreamRef removed(StreamRef ref) {
    shelf.remove(ref);
    return ref;
  }

  private StreamRef swept(StreamRef ref) {
    shelf.sweep();
    return ref;
  }

  /** Returns the first one's fork, unless it came too late. */
  private static Optional<StreamRef> race(
      ExecutorService threads, Random random, List<Callable<StreamRef>> rivals) throws Exception {
    CyclicBarrier line = new CyclicBarrier(rivals.size());
    List<Future<StreamRef>> results = new ArrayList<>();
    for (Callable<StreamRef> rival : rivals) {
      int spins = random.nextInt(SPINS_MAX);
      results.add(
          threads.submit(() -> {
            line.await(10, TimeUnit.SECONDS);
            for (int n = 0; n < spins; n++) {
              Thread.onSpinWait();
            }
            return rival.call();
          }));
    }
    for (Future<StreamRef> result : results.subList(1, results.size())) {
      result.get(20, TimeUnit.SECONDS);
    }
    try {
      return Optional.of(results.getFirst().get(20, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(StreamFailure.class);
      return Optional.empty();
    }
  }

  private static boolean gone(ThrowingRun run) {
    StreamFailure failure = catchThrowableOfType(StreamFailure.class, run::run);
    return failure.reason() == StreamFailure.Reason.GONE;
  }

  @FunctionalInterface
  private interface ThrowingRun {
    void run() throws InterruptedException;
  }
}
