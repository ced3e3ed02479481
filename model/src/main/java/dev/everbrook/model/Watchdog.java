package dev.everbrook.model;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends what takes too long: one thread for all calls of a model, which only ever closes things.
 * Safe for many threads. The one place of this room that reads the clock.
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

  /** Watches over one call; {@code over} runs on the watchdog's thread and must not block. */
  Watch watch(Duration total, Runnable over) {
    return new Watch(this, total, over);
  }

  /** Nanoseconds since this watchdog was made; unlike the raw clock they can be compared with <. */
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

  /** Something scheduled that can be called off. */
  interface Alarm {
    void callOff();
  }

  /**
   * The time limits of one call: one on the whole, and one on what is being waited for right now.
   *
   * <p>A limit that is renewed with every read must cost nothing, so moving it later only writes a
   * field: the alarm that was planned goes off, finds that there is time left, and plans the next
   * one. Safe for many threads.
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

    /** The whole begins now; before this nothing is watched. */
    synchronized void begin() {
      totalAt = dog.now() + total.toNanos();
      plan();
    }

    /** From now on waits at most this long; replaces the limit there was. */
    synchronized void limit(Duration atMost, Runnable over) {
      limitAt = dog.now() + atMost.toNanos();
      limitOver = over;
      plan();
    }

    /** Nothing is being waited for; only the limit on the whole stays. */
    synchronized void lift() {
      limitAt = NEVER;
    }

    /** Watches no longer. */
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
