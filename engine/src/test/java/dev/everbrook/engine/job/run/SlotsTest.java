package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How many jobs may be claimed for slots whose number changes. */
class SlotsTest {

  private static final long BYTES = 1_000;
  private static final int WANTED = 5_000;
  private static final long NOW = Duration.ofMillis(1).toNanos();

  private final Slots slots = new Slots(BYTES, 0);

  @Test
  void aQueueThatIsNotWorkedReservesNothing() {
    assertThat(slots.isClosed()).isTrue();
    assertThat(slots.reserve(WANTED, true, NOW)).isZero();
    slots.resize(10);
    endRuns(100);
    slots.resize(0);

    assertThat(slots.isClosed()).isTrue();
    assertThat(slots.reserve(WANTED, true, NOW)).isZero();
    assertThat(slots.reserve(1, false, NOW)).isZero();
  }

  @Test
  void fewerSlotsClaimLessAhead() {
    slots.resize(10);
    endRuns(100); // in a millisecond: so 1,000 are claimed ahead, the most
    assertThat(reserved()).isEqualTo(10 + 1_000);
    slots.resize(1);
    assertThat(reserved()).isEqualTo(1 + 100);
    slots.resize(4);
    assertThat(reserved()).isEqualTo(4 + 100);
  }

  @Test
  void whatIsTakenBeyondFewerSlotsIsFreeOnlyWhenFewerAreTaken() {
    slots.resize(3);
    slots.squeezeIn();
    slots.squeezeIn();
    slots.squeezeIn();
    slots.resize(1);
    for (int taken = 3; taken >= 1; taken--) {
      assertThat(slots.reserve(1, false, 0)).as("%s are taken", taken).isZero();
      slots.leave();
    }
    assertThat(slots.reserve(WANTED, false, 0)).isEqualTo(1);
  }

  private int reserved() {
    int got = slots.reserve(WANTED, true, NOW);
    slots.release(got);
    return got;
  }

  private void endRuns(int runs) {
    for (int i = 0; i < runs; i++) {
      slots.squeezeIn();
      assertThat(slots.next()).isNull();
    }
  }
}
