package dev.everbrook.engine.job.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.Wire;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The host's source of connections fails in its own ways while jobs are enqueued together. */
class AsyncFailuresTest {

  private final Wire wire = new Wire();

  @AutoClose private final JobsNode node = new JobsNode(TestNode.newDatabase(), wire);

  static Stream<Arguments> failures() {
    return Stream.<Wire.Borrowing>of(
            _ -> {
              throw new SQLException("no connection", "08001");
            },
            _ -> {
              throw new IllegalStateException("the pool is closed");
            },
            _ -> {
              throw new NoClassDefFoundError("driver");
            },
            _ -> {
              Thread.currentThread().interrupt();
              throw new IllegalStateException("interrupted");
            },
            _ -> null)
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whoWaitsForAJobToBeEnqueuedIsToldWhateverTheSourceThrows(Wire.Borrowing failure)
      throws Exception {
    wire.borrowing("everbrook-enqueue", failure);
    CompletableFuture<Long> failing = node.jobs.enqueueAsync(JobsTest.job("{}"));
    assertThatThrownBy(() -> failing.get(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
    wire.borrowing("everbrook-enqueue", it -> it);

    assertThat(node.jobs.enqueueAsync(JobsTest.job("{}")).get(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .isPositive();
  }

  /** The one that the database rejects is looked for by halving what came together. */
  @Test
  void whoWaitsIsToldThoughTheSourceFailsWhileTheRejectedJobIsLookedFor() throws Exception {
    node.database.update(
        "ALTER TABLE everbrook.job ADD CONSTRAINT picky CHECK (payload::text NOT LIKE '%bad%')");
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger borrowed = new AtomicInteger();
    wire.borrowing(
        "everbrook-enqueue",
        it -> {
          int nth = borrowed.incrementAndGet();
          if (nth == 1) {
            awaited(go);
          } else if (nth == 3) { // for the first half of those that came together
            throw new OutOfMemoryError("no more threads");
          }
          return it;
        });
    List<CompletableFuture<Long>> told = new ArrayList<>();
    for (String name : List.of("first", "bad", "second", "third")) {
      told.add(node.jobs.enqueueAsync(JobsTest.job("{\"name\": \"" + name + "\"}")));
      awaitBorrowed(borrowed);
    }
    go.countDown();

    for (CompletableFuture<Long> each : told) {
      assertThat(each.handle((id, _) -> id != null).get(JobsTest.WAIT_S, TimeUnit.SECONDS))
          .isNotNull();
    }
  }

  private static void awaitBorrowed(AtomicInteger borrowed) {
    while (borrowed.get() == 0) {
      Await.rest();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
