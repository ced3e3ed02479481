package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets tokens arrive by a timetable, whether or not anyone keeps up, and measures how late it is
 * itself. It looks at the clock every half millisecond at most: what fell due meanwhile arrives
 * together, and its latency counts from its own moment all the same.
 */
final class Pacer {

  private static final long LOOK_NANOS = Duration.ofNanos(500_000).toNanos();

  /** How long after the last moment it gives up, and the rest never arrives. */
  private static final long LATE_MAX_NANOS = Duration.ofMillis(100).toNanos();

  /** Takes a token; a system that holds up the pacer makes all that follow late. */
  @FunctionalInterface
  interface Arrival {
    void of(int stream, long index) throws InterruptedException;
  }

  private final Timetable timetable;
  private final Latencies lateness = new Latencies();

  Pacer(Timetable timetable) {
    this.timetable = timetable;
  }

  /** Runs through the timetable on this thread. */
  void run(Arrival arrival) throws InterruptedException {
    int streams = timetable.streams();
    long tokens = timetable.tokens();
    long nth = 0;
    while (nth < tokens) {
      long now = System.nanoTime();
      long late = now - timetable.dueAt(nth);
      if (late < 0) {
        rest(Math.max(-late, LOOK_NANOS));
      } else if (now - timetable.end() > LATE_MAX_NANOS) {
        return;
      } else {
        lateness.record(late);
        arrival.of((int) (nth % streams), nth / streams);
        nth++;
      }
    }
  }

  Latencies lateness() {
    return lateness;
  }

  private static void rest(long nanos) throws InterruptedException {
    LockSupport.parkNanos(nanos);
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while tokens arrived");
    }
  }
}
