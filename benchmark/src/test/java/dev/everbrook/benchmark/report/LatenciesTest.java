package dev.everbrook.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void percentilesAreThoseOfWhatWasRecorded() {
    Latencies latencies = new Latencies();
    for (int ms = 1; ms <= 1_000; ms++) {
      latencies.record(Duration.ofMillis(ms).toNanos());
    }
    assertThat(latencies.ms(0.5)).isCloseTo(500, within(1.0));
    assertThat(latencies.ms(0.99)).isCloseTo(990, within(1.0));
    assertThat(latencies.maxMs()).isCloseTo(1_000, within(1.0));
    assertThat(latencies.count()).isEqualTo(1_000);
  }

  @Test
  void nothingRecordedIsNoLatency() {
    assertThat(new Latencies().ms(0.99)).isZero();
  }

  @Test
  void whatIsLongerThanAnHourCountsAsOne() {
    Latencies latencies = new Latencies();
    latencies.record(Duration.ofDays(1).toNanos());
    assertThat(latencies.maxMs()).isCloseTo(3_600_000, within(5_000.0));
  }
}
