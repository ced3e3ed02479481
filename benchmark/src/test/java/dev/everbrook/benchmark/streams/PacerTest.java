package dev.everbrook.benchmark.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.benchmark.report.Timetable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacerTest {

  @Test
  void streamsAreEvenlyShiftedAndKeepTheirPace() {
    Timetable timetable = new Timetable(4, 50, 1_000, Duration.ofSeconds(2));
    assertThat(timetable.tokens()).isEqualTo(400);
    assertThat(timetable.dueAt(0, 0)).isEqualTo(1_000);
    assertThat(timetable.dueAt(1, 0)).isEqualTo(1_000 + Duration.ofMillis(5).toNanos());
    assertThat(timetable.dueAt(1, 1)).isEqualTo(1_000 + Duration.ofMillis(25).toNanos());
  }

  @Test
  void everyTokenArrivesOnceAndInOrderNeverEarly() throws InterruptedException {
    Timetable timetable = new Timetable(3, 20, System.nanoTime(), Duration.ofSeconds(1));
    List<String> arrived = new ArrayList<>();
    List<Long> earliness = new ArrayList<>();
    Pacer pacer = new Pacer(timetable);
    pacer.run((stream, index) -> {
      arrived.add(stream + "@" + index);
      earliness.add(timetable.dueAt(stream, index) - System.nanoTime());
    });
    assertThat(arrived).hasSize(60).startsWith("0@0", "1@0", "2@0", "0@1").endsWith("2@19");
    assertThat(earliness).allMatch(it -> it <= 0);
    assertThat(pacer.lateness().count()).isEqualTo(60);
  }

  @Test
  void whoIsHopelesslyLateGivesUp() throws InterruptedException {
    long longAgo = System.nanoTime() - Duration.ofMinutes(1).toNanos();
    List<Long> arrived = new ArrayList<>();
    new Pacer(new Timetable(1, 50, longAgo, Duration.ofSeconds(1)))
        .run((_, index) -> arrived.add(index));
    assertThat(arrived).isEmpty();
  }
}
