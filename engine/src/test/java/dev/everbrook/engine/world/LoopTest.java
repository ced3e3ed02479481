package dev.everbrook.engine.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
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

    long began = System.nanoTime();
    assertThat(step.step()).isBetween(Duration.ofNanos(19 * took), Duration.ofSeconds(30));
    wish[0] = Duration.ZERO;
    Duration rest = step.step(); // as if woken at once
    while (steps.get() == 1) {
      assertThat(rest).isPositive();
      rest = step.step();
    }
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(4 * took);
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

  /** Its like are thrown when there is no memory to say what is wrong. */
  private static final class Unspeakable extends Error {
    @Override
    public String getMessage() {
      throw new OutOfMemoryError("while it was logged");
    }
  }

  @Test
  void noErrorEndsALoopNorDoesOneThatCannotBeLogged() throws Exception {
    List<Throwable> errors =
        List.of(
            new OutOfMemoryError("as if"),
            new Unspeakable(),
            new StackOverflowError(),
            new IllegalStateException("because of", new Unspeakable()),
            new NoClassDefFoundError("a.B"));
    AtomicInteger rounds = new AtomicInteger();
    CountDownLatch worked = new CountDownLatch(1);
    try (Loop _ =
        Loop.start(
            "test",
            () -> {
              int round = rounds.getAndIncrement();
              if (round < errors.size()) {
                throwAny(errors.get(round));
              }
              worked.countDown();
              return Duration.ofHours(1);
            })) {
      assertThat(worked.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwAny(Throwable e) throws E {
    throw (E) e;
  }

  @Test
  void aLoopTellsHowItFaresAndItsListenerHearsOfEachChangeThoughItThrows() throws Exception {
    BlockingQueue<LoopHealth> heard = new LinkedBlockingQueue<>();
    Loops loops =
        new Loops(it -> {
          heard.add(it);
          throw new IllegalStateException("the listener fails");
        });
    Semaphore mayGoOn = new Semaphore(0);
    AtomicInteger rounds = new AtomicInteger();
    try (Loop loop =
            loops
                .in(World.real())
                .loop(
                    "work",
                    () -> {
                      if (rounds.incrementAndGet() < 4) {
                        throw new OutOfMemoryError("no heap");
                      }
                      mayGoOn.acquire();
                      return Duration.ZERO;
                    });
        Loop _ = loops.in(World.real()).loop("idle", () -> Duration.ofHours(1))) {
      LoopHealth failing = heard.poll(WAIT_S, TimeUnit.SECONDS);
      assertThat(failing.name()).isEqualTo("work");
      assertThat(failing.state()).isEqualTo(LoopHealth.State.FAILING);
      assertThat(failing.failure()).contains("OutOfMemoryError", "no heap");
      assertThat(failing.byError()).isTrue();
      assertThat(failing.isBeyondHelp()).as("so soon").isFalse();
      while (loops.health().getLast().failures() < 3) {
        Thread.onSpinWait();
      }
      assertThat(loops.health().getLast().failingFor()).isPositive();
      mayGoOn.release(2);

      LoopHealth again = heard.poll(WAIT_S, TimeUnit.SECONDS);
      assertThat(again.state()).isEqualTo(LoopHealth.State.WORKING);
      assertThat(again.failures()).isZero();
      assertThat(again.failure()).isEmpty();
      while (mayGoOn.availablePermits() > 0 || !mayGoOn.hasQueuedThreads()) {
        Thread.onSpinWait(); // it has gone on, and waits again
      }
      assertThat(heard).as("each change once").isEmpty();
      assertThat(loops.health()).extracting(LoopHealth::name).containsExactly("idle", "work");
      assertThat(loop.close(Duration.ofSeconds(WAIT_S))).isTrue();
      assertThat(loops.health()).extracting(LoopHealth::name).containsExactly("idle");
    }
  }

  @Test
  void whatFailsWithErrorsForLongOrIsDeadIsBeyondHelpButNotWhatTheDatabaseFails() {
    Duration soon = Duration.ofSeconds(29);
    Duration late = Duration.ofSeconds(30);
    assertThat(health(LoopHealth.State.DEAD, Duration.ZERO, false).isBeyondHelp()).isTrue();
    assertThat(health(LoopHealth.State.FAILING, late, true).isBeyondHelp()).isTrue();
    assertThat(health(LoopHealth.State.FAILING, soon, true).isBeyondHelp()).isFalse();
    assertThat(health(LoopHealth.State.FAILING, late, false).isBeyondHelp()).isFalse();
    assertThat(health(LoopHealth.State.WORKING, Duration.ZERO, false).isBeyondHelp()).isFalse();
  }

  private static LoopHealth health(LoopHealth.State state, Duration failing, boolean byError) {
    return new LoopHealth("flush", state, failing, failing, 3, "", byError);
  }

  @Test
  void loopsThatDoNotEndAreWaitedForTogether() throws Exception {
    CountDownLatch stuck = new CountDownLatch(3);
    CountDownLatch never = new CountDownLatch(1);
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loops.add(
          Loop.start(
              "stuck",
              () -> {
                stuck.countDown();
                boolean free = false;
                while (!free) {
                  try {
                    never.await();
                    free = true;
                  } catch (InterruptedException _) {
                    // as a statement that waits for its reply
                  }
                }
                return Duration.ofHours(1);
              }));
    }
    assertThat(stuck.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    long start = System.nanoTime();
    Loop.closeAll(loops);
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(9));
    never.countDown();
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
