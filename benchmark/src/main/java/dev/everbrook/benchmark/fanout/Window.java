package dev.everbrook.benchmark.fanout;

import java.time.Duration;

/**
 * The time that is measured, after the warm-up.
 *
 * @param from by {@link System#nanoTime}
 * @param to the moment after
 */
record Window(long from, long to) {

  static final Window NEVER = new Window(0, 0);

  static Window of(long from, Duration length) {
    return new Window(from, from + length.toNanos());
  }

  boolean has(long moment) {
    return moment - from >= 0 && moment - to < 0;
  }

  double seconds() {
    return (to - from) / 1e9;
  }
}
