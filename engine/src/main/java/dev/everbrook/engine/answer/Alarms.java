package dev.everbrook.engine.answer;

import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Runs callbacks at a given time, on one thread for all answers of a node. Bounded by the number of
 * answers being written: each has at most one alarm. Safe for use by many threads.
 */
final class Alarms implements AutoCloseable {

  /** The callback. It must be quick and throws only if interrupted. */
  @FunctionalInterface
  interface Ring {
    void ring() throws InterruptedException;
  }

  private static final Duration IDLE = Duration.ofSeconds(10);

  private record Alarm(long at, Ring ring) {}

  private final World world;
  private final long origin;
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at));
  private final Loop loop;

  Alarms(World world) {
    this.world = world;
    this.origin = world.nanos();
    this.loop = world.loop("alarms", this::step);
  }

  void after(Duration time, Ring ring) {
    Alarm alarm = new Alarm(now() + time.toNanos(), ring);
    boolean next;
    synchronized (alarms) {
      alarms.add(alarm);
      next = alarm.equals(alarms.peek());
    }
    if (next) {
      loop.wake();
    }
  }

  private Duration step() throws InterruptedException {
    Alarm due;
    synchronized (alarms) {
      due = alarms.peek();
      if (due == null) {
        return IDLE;
      }
      long left = due.at() - now();
      if (left > 0) {
        return Duration.ofNanos(left);
      }
      alarms.remove();
    }
    due.ring().ring();
    return Duration.ZERO;
  }

  private long now() {
    return world.nanos() - origin;
  }

  @Override
  public void close() {
    loop.close();
  }
}
