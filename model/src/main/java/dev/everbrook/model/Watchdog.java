package dev.everbrook.model;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls that take too long: one thread for all calls of a model, which does nothing but close
 * them. Safe for many threads. The only class of this room that reads the clock.
 */
final class Watchdog implements AutoCloseable {

  private final ScheduledThreadPoolExecutor timer;
  private final long origin = System.nanoTime();

  Watchdog() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("everbrook-model-watchdog").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Watches one call; {@code over} runs on the watchdog's thread and must not block. */
  Watch watch(Duration total, Runnable over) {
    return new Watch(this, total, over);
  }

  /**
   * Nanoseconds since this watchdog was created; unlike the raw clock's, they can be compared with
   * <.
   */
  long now() {
    return System.nanoTime() - origin;
  }

  Alarm at(long nanos, Runnable task) {
    var scheduled = timer.schedule(task, Math.max(0, nanos - now()), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** A scheduled task that can be cancelled. */
  interface Alarm {
    void callOff();
  }

  /**
   * The time limits of one call: one on the whole call, and one on the current wait.
   *
   * <p>A limit that is renewed with every read must be cheap, so moving it later only writes a
   * field: the planned alarm goes off, finds that time is left, and plans the next one. Safe for
   * many threads.
   */
  static final class Watch {

    private static final long NEVER = Long.MAX_VALUE;

    private final Watchdog dog;
    private final Duration total;
    private final Runnable totalOver;
    private long totalAt = NEVER;
    private long limitAt = NEVER;
    private Runnable limitOver = () -> {};
    private long alarmAt = NEVER;
    private @Nullable Alarm alarm;
    private boolean ended;

    Watch(Watchdog dog, Duration total, Runnable totalOver) {
      this.dog = dog;
      this.total = total;
      this.totalOver = totalOver;
    }

    /** Starts the limit on the whole call. */
    synchronized void begin() {
      totalAt = dog.now() + total.toNanos();
      plan();
    }

    /** Limits the current wait to {@code atMost} from now on; replaces the previous limit. */
    synchronized void limit(Duration atMost, Runnable over) {
      limitAt = dog.now() + atMost.toNanos();
      limitOver = over;
      plan();
    }

    /** Ends the limit on the current wait; the limit on the whole call stays. */
    synchronized void lift() {
      limitAt = NEVER;
    }

    /** Stops watching. */
    synchronized void end() {
      ended = true;
      if (alarm != null) {
        alarm.callOff();
        alarm = null;
      }
    }

    private synchronized void plan() {
      long at = Math.min(totalAt, limitAt);
      if (ended || at >= alarmAt) {
        return;
      }
      if (alarm != null) {
        alarm.callOff();
      }
      alarmAt = at;
      alarm = dog.at(at, this::ring);
    }

    private void ring() {
      Runnable over = whatIsOver();
      if (over != null) {
        over.run();
      }
    }

    private synchronized @Nullable Runnable whatIsOver() {
      alarm = null;
      alarmAt = NEVER;
      long now = dog.now();
      if (ended) {
        return null;
      }
      if (now >= totalAt) {
        ended = true;
        return totalOver;
      }
      if (now >= limitAt) {
        limitAt = NEVER;
        plan();
        return limitOver;
      }
      plan();
      return null;
    }
  }
}
