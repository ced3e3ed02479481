package dev.everbrook.engine.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The metrics of schedules. Safe for use by many threads. */
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

  /** Counts a schedule that missed more ticks than it backfills. */
  void gap() {
    gaps.increment();
  }
}
