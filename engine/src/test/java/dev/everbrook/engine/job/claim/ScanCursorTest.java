package dev.everbrook.engine.job.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.claim.ScanCursor.Place;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Where looks for ready jobs begin. */
class ScanCursorTest {

  private static final Place TENTH = new Place(0, 10);
  private static final Place LATER = new Place(0, 900);

  private final ScanCursor cursor = new ScanCursor(0);

  private void looked(Place begin, Place end, long beganMs, long endedMs) {
    cursor.looked(begin, end, nanos(beganMs), nanos(endedMs));
  }

  private Place beginAt(long ms) {
    return cursor.begin(nanos(ms));
  }

  private static long nanos(long ms) {
    return Duration.ofMillis(ms).toNanos();
  }

  @Test
  void theFirstLookIsFromTheFirstPlace() {
    assertThat(beginAt(0)).isEqualTo(Place.FIRST);
  }

  @Test
  void aLookFromTheFirstPlaceIsFollowedByFifteenTimesAsLongWithoutOne() {
    looked(Place.FIRST, TENTH, 0, 20);
    assertThat(beginAt(20)).isEqualTo(TENTH);
    assertThat(cursor.untilDue(nanos(20))).isEqualTo(nanos(300));
    looked(TENTH, LATER, 21, 22);
    assertThat(beginAt(319)).isEqualTo(LATER);
    assertThat(beginAt(320)).isEqualTo(Place.FIRST);
    assertThat(cursor.untilDue(nanos(400))).isZero();
  }

  @Test
  void aLookThatFoundNothingLeavesThePlace() {
    looked(Place.FIRST, TENTH, 0, 20);
    looked(TENTH, TENTH, 21, 22);
    assertThat(beginAt(22)).isEqualTo(TENTH);
    looked(Place.FIRST, Place.FIRST, 400, 401);
    assertThat(beginAt(402)).as("an empty queue").isEqualTo(TENTH);
  }

  @Test
  void aLookFromTheFirstPlaceMayBringThePlaceBack() {
    looked(Place.FIRST, LATER, 0, 1);
    looked(Place.FIRST, TENTH, 100, 101);
    assertThat(beginAt(101)).isEqualTo(TENTH);
  }

  @Test
  void nothingIsPassedOverForMoreThanTenSeconds() {
    looked(Place.FIRST, TENTH, 0, 60_000);
    assertThat(beginAt(69_999)).isEqualTo(TENTH);
    assertThat(beginAt(70_000)).isEqualTo(Place.FIRST);
  }

  @Test
  void placesAreOrderedByPriorityAndThenById() {
    assertThat(Place.FIRST).isLessThan(new Place(-1_000_000, 1));
    assertThat(new Place(-1, 7)).isLessThan(new Place(0, 1));
    assertThat(TENTH).isLessThan(LATER);
  }
}
