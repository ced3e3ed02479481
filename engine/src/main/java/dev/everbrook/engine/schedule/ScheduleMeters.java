package dev.everbrook.engine.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What is counted of schedules. Safe for use by many threads. */
final class ScheduleMeters {

  private final MeterRegistry registry;
  private final Counter gaps;

  ScheduleMeters(MeterRegistry registry) {
    this.registry = registry;
    this.gaps = registry.counter("everbrook.schedule.gaps");
  }

  void ticked(Tick.Cause cause) {
    registry.counter("everbrook.schedule.ticks", "cause", cause.word()).increment();
  }

  /** A schedule missed more ticks than it makes up for. */
  void gap() {
    gaps.increment();
  }
}
