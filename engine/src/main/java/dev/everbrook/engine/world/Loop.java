package dev.everbrook.engine.world;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats a step on a thread of its own until closed.
 *
 * <p>The step returns the rest before the next step; {@link #wake} cuts a rest short. A step that
 * throws is tried again after a rest that grows to {@link #FAILURE_REST_MAX}. A series of failures
 * is logged once at its beginning and once at its end. Safe for use by many threads.
 *
 * <p>No exception of a step ends the loop, not even an Error that cannot be logged because memory
 * ran out: the loop rests and goes on. {@link #health} reports its state.
 *
 * <p>Loops run on platform threads: there are some two dozen, and a beat must not wait for its turn
 * behind a thousand busy virtual threads.
 */
public final class Loop implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration FAILURE_REST_MIN = Duration.ofMillis(100);
  private static final Duration FAILURE_REST_MAX = Duration.ofSeconds(2);
  private static final long FAILURE_REST_MAX_NANOS = FAILURE_REST_MAX.toNanos();
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

  /** A modest step rests this many times as long as it worked. */
  private static final int MODESTY = 19;

  /** The same factor after a wake-up. */
  private static final int MODESTY_WOKEN = 3;

  private static final Duration MODEST_REST_MAX = Duration.ofSeconds(30);

  /** One round of work. */
  @FunctionalInterface
  public interface Step {
    /** Works for a bounded time and returns the rest before the next round. */
    Duration step() throws Exception;
  }

  private final String name;
  private final Step step;
  private final Thread thread;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Consumer<LoopHealth> listener;
  private volatile boolean closed;
  private volatile boolean dead;
  private volatile long stepEnded = System.nanoTime();
  private volatile long failingSince;
  private volatile int failures;
  private volatile @Nullable Throwable failure;

  private Loop(String name, Step step, Consumer<LoopHealth> listener) {
    this.name = name;
    this.step = step;
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("everbrook-" + name).unstarted(this::run);
  }

  /** Starts repeating {@code step} at once; the caller closes the loop. */
  public static Loop start(String name, Step step) {
    return start(name, step, _ -> {});
  }

  /**
   * As {@link #start(String, Step)}, with a listener for the loop's health.
   *
   * @param listener called on the loop's own thread when steps begin to fail and when they work
   *     again; its exceptions are ignored
   */
  static Loop start(String name, Step step, Consumer<LoopHealth> listener) {
    Loop loop = new Loop(name, step, listener);
    loop.thread.start();
    return loop;
  }

  /**
   * Limits a step to a twentieth of the time, so that slow upkeep does not hold up other work. A
   * step that returns no rest goes on at once. The rest is at most 30 s. After a wake-up the step
   * runs at once, but for at most a quarter of the time.
   */
  public static Step modest(Step step) {
    return new Modest(step);
  }

  private static final class Modest implements Step {
    private final Step step;
    private long ended = System.nanoTime();
    private long took;

    Modest(Step step) {
      this.step = step;
    }

    @Override
    public Duration step() throws Exception {
      long start = System.nanoTime();
      long tooEarly = Math.min(MODESTY_WOKEN * took, MODEST_REST_MAX.toNanos()) - (start - ended);
      if (tooEarly > 0) {
        return Duration.ofNanos(tooEarly);
      }
      Duration rest = step.step();
      ended = System.nanoTime();
      took = rest.isZero() ? 0 : ended - start;
      Duration least = Duration.ofNanos(took * MODESTY);
      Duration most = least.compareTo(MODEST_REST_MAX) > 0 ? MODEST_REST_MAX : least;
      return rest.compareTo(most) > 0 ? rest : most;
    }
  }

  /** Cuts the current rest short, or the next one if the step is running. Cheap. */
  public void wake() {
    if (!woken.getAndSet(true)) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!closed) {
        if (!turn()) {
          LockSupport.parkNanos(this, FAILURE_REST_MAX_NANOS);
        }
      }
    } finally {
      dead = !closed;
    }
  }

  /** Whether the turn was completed, including the handling of a failure. */
  private boolean turn() {
    try {
      rest(round());
      return true;
    } catch (Throwable _) { // wide: memory may run out while a failure is handled
      return false;
    }
  }

  private Duration round() {
    try {
      Duration rest = step.step();
      recovered();
      return rest;
    } catch (InterruptedException _) {
      return Duration.ZERO; // only close() interrupts, and the loop looks at `closed` next
    } catch (Throwable e) { // wide: a node whose beat goes on must not lose another loop
      return closed ? Duration.ZERO : failed(e);
    }
  }

  private void recovered() {
    stepEnded = System.nanoTime();
    int failed = failures;
    if (failed > 0) {
      failures = 0;
      failure = null;
      log.info("{} works again after {} failed rounds", name, failed);
      tell();
    }
  }

  /** Counts first: logging takes memory, which may be exhausted. */
  private Duration failed(Throwable e) {
    int failed = failures + 1;
    if (failed == 1) {
      failingSince = System.nanoTime();
    }
    failure = e;
    failures = failed;
    if (failed == 1 && e.getCause() instanceof SQLException) {
      log.warn(
          "{} failed and will be tried again: {}",
          name,
          e.toString()); // not our fault: no stack trace
    } else if (failed == 1) {
      log.warn("{} failed and will be tried again: {}", name, e.toString(), e);
    } else {
      log.debug("{} failed {} times in a row", name, failed, e);
    }
    if (failed == 1) {
      tell();
    }
    Duration rest = FAILURE_REST_MIN.multipliedBy(1L << Math.min(failed - 1, 5));
    return rest.compareTo(FAILURE_REST_MAX) > 0 ? FAILURE_REST_MAX : rest;
  }

  private void tell() {
    try {
      listener.accept(health());
    } catch (Throwable e) { // wide: the listener's failure is not the loop's
      log.warn("a listener of loop {} failed", name, e);
    }
  }

  /** The current health of the loop. */
  public LoopHealth health() {
    long now = System.nanoTime();
    Throwable last = failure;
    LoopHealth.State state =
        dead || !closed && !thread.isAlive()
            ? LoopHealth.State.DEAD
            : last == null ? LoopHealth.State.WORKING : LoopHealth.State.FAILING;
    return new LoopHealth(
        name,
        state,
        Duration.ofNanos(now - stepEnded),
        last == null ? Duration.ZERO : Duration.ofNanos(now - failingSince),
        failures,
        last == null ? "" : text(last),
        last instanceof Error);
  }

  private static String text(Throwable e) {
    try {
      return e.toString();
    } catch (Throwable _) { // wide: foreign code; only the class name is certain
      return e.getClass().getName();
    }
  }

  boolean isClosed() {
    return closed;
  }

  private void rest(Duration time) {
    long nanos = time.toNanos();
    long start = System.nanoTime();
    while (!closed && !woken.getAndSet(false)) {
      long left = nanos - (System.nanoTime() - start);
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        return;
      }
    }
  }

  /** Interrupts the current step and ends the loop after it; waits at most 5 s. */
  @Override
  public void close() {
    close(CLOSE_WAIT);
  }

  /**
   * As {@link #close()}, but waits at most {@code most}.
   *
   * @return whether the loop has ended
   */
  public boolean close(Duration most) {
    end();
    return join(most);
  }

  /**
   * Ends the loop after the current step, which is not interrupted; waits at most 5 s for it.
   *
   * @return whether the loop has ended
   */
  public boolean finish() {
    closed = true;
    wake();
    return join(CLOSE_WAIT);
  }

  /** Ends independent loops together; waits at most 5 s for all of them. */
  public static void closeAll(Collection<Loop> loops) {
    List<Loop> all = List.copyOf(loops);
    all.forEach(Loop::end);
    long start = System.nanoTime();
    for (Loop loop : all) {
      loop.join(CLOSE_WAIT.minusNanos(System.nanoTime() - start));
    }
  }

  private void end() {
    closed = true;
    thread.interrupt();
  }

  private boolean join(Duration most) {
    if (thread.equals(Thread.currentThread())) {
      return false;
    }
    try {
      if (thread.join(most.isPositive() ? most : Duration.ofMillis(1))) {
        return true;
      }
      log.warn("{} did not end within {} ms", name, most.toMillis());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
