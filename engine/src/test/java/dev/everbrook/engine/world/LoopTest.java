package dev.everbrook.engine.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopTest {

  private static final int WAIT_S = 10;

  @Test
  void aWakeUpCutsTheRestShortAndOneThatComesDuringTheStepIsNotLost() throws Exception {
    Semaphore steps = new Semaphore(0);
    Semaphore mayEnd = new Semaphore(0);
    try (Loop loop =
        Loop.start(
            "test",
            () -> {
              steps.release();
              mayEnd.acquire();
              return Duration.ofHours(1);
            })) {
      assertThat(steps.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
      loop.wake(); // while the step is at work
      mayEnd.release();
      assertThat(steps.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
      mayEnd.release();
      loop.wake(); // while it rests, or is about to
      assertThat(steps.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aModestStepRestsInProportionToItsWorkUnlessThereIsMoreToDo() throws Exception {
    long took = TimeUnit.MILLISECONDS.toNanos(2);
    Duration[] wish = {Duration.ofMillis(1)};
    AtomicInteger steps = new AtomicInteger();
    Loop.Step step =
        Loop.modest(() -> {
          steps.incrementAndGet();
          long start = System.nanoTime();
          while (System.nanoTime() - start < took) {
            Thread.onSpinWait();
          }
          return wish[0];
        });

    assertThat(step.step()).isBetween(Duration.ofNanos(19 * took), Duration.ofSeconds(30));
    wish[0] = Duration.ZERO;
    long ended = System.nanoTime();
    Duration rest = step.step(); // as if woken at once
    while (steps.get() == 1) {
      assertThat(rest).isPositive();
      rest = step.step();
    }
    assertThat(System.nanoTime() - ended).isGreaterThanOrEqualTo(3 * took);
    assertThat(rest).isZero();
    wish[0] = Duration.ofHours(1);
    assertThat(step.step()).isEqualTo(wish[0]);
  }

  @Test
  void aStepThatThrowsIsTriedAgain() throws Exception {
    AtomicInteger rounds = new AtomicInteger();
    CountDownLatch worked = new CountDownLatch(1);
    try (Loop _ =
        Loop.start(
            "test",
            () -> {
              if (rounds.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
              }
              worked.countDown();
              return Duration.ofHours(1);
            })) {
      assertThat(worked.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void closingInterruptsAStepThatWaits() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Loop loop =
        Loop.start(
            "test",
            () -> {
              waiting.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                interrupted.countDown();
              }
              return Duration.ZERO;
            });
    assertThat(waiting.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    loop.close();
    assertThat(interrupted.getCount()).isZero();
  }

  @Test
  void idsAreOrderedByTimeAndOfVersionSeven() {
    World world = World.real();
    Set<UUID> ids = new HashSet<>();
    long before = world.now().toEpochMilli();
    for (int i = 0; i < 10_000; i++) {
      UUID id = world.id();
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      assertThat(id.getMostSignificantBits() >>> 16).isGreaterThanOrEqualTo(before);
      assertThat(ids.add(id)).isTrue();
    }
  }
}
