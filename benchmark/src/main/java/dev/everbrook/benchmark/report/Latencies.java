package dev.everbrook.benchmark.report;

import java.time.Duration;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Latencies, kept as counts at three digits from 1 us to 1 h. Safe for use by many threads. */
public final class Latencies {

  private static final long MIN_NANOS = 1_000;
  private static final long MAX_NANOS = Duration.ofHours(1).toNanos();
  private static final double NANOS_PER_MS = 1e6;

  private final Histogram histogram = new ConcurrentHistogram(MIN_NANOS, MAX_NANOS, 3);

  public void record(long nanos) {
    histogram.recordValue(Math.clamp(nanos, 0, MAX_NANOS));
  }

  public long count() {
    return histogram.getTotalCount();
  }

  /** The latency in ms that this share (0 to 1) stayed within; 0 when there is none. */
  public double ms(double share) {
    return count() == 0 ? 0 : histogram.getValueAtPercentile(share * 100) / NANOS_PER_MS;
  }

  public double maxMs() {
    return histogram.getMaxValue() / NANOS_PER_MS;
  }
}
