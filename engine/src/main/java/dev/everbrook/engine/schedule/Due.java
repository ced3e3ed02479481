package dev.everbrook.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The ticks of a rule that are due now. Decided here; written by the {@link Ticker}.
 *
 * @param missed ticks to be made up for, oldest first
 * @param newest the newest due tick; empty if no tick is due or more are due than one round takes
 * @param next the time before which no further tick is due
 * @param leftOut whether older ticks were missed that are not made up for
 */
record Due(List<Instant> missed, Optional<Instant> newest, Instant next, boolean leftOut) {

  /** The resolution of the database's timestamps. */
  private static final Duration INSTANT = Duration.ofNanos(1_000);

  /**
   * Takes the newest tick from {@code since} to {@code now} and at most {@code backfillMax} before
   * it; of these at most {@code most}, beginning with the oldest.
   */
  static Due of(Rule rule, Instant since, Instant now, int backfillMax, int most) {
    Instant before = since.minus(INSTANT);
    List<Instant> ticks = newest(rule, before, now, backfillMax + 1);
    boolean leftOut = !ticks.isEmpty() && rule.next(before).isBefore(ticks.getFirst());
    if (ticks.size() > most) {
      return new Due(ticks.subList(0, most), Optional.empty(), ticks.get(most), leftOut);
    }
    return ticks.isEmpty()
        ? new Due(List.of(), Optional.empty(), rule.next(now), false)
        : new Due(
            ticks.subList(0, ticks.size() - 1),
            Optional.of(ticks.getLast()),
            rule.next(now),
            leftOut);
  }

  /** The youngest tick of this round. */
  Optional<Instant> last() {
    return newest.isPresent() || missed.isEmpty() ? newest : Optional.of(missed.getLast());
  }

  /** Whether more ticks are due than one round takes. */
  boolean isForMoreRounds() {
    return newest.isEmpty() && !missed.isEmpty();
  }

  /**
   * The last {@code most} ticks of an interval. The search begins with its last part and doubles
   * it, so that the beginning of a long outage is not searched.
   */
  private static List<Instant> newest(Rule rule, Instant after, Instant until, int most) {
    Duration back = rule.closest().multipliedBy(most);
    while (true) {
      Instant from = until.minus(back);
      boolean whole = !from.isAfter(after);
      List<Instant> found = lastOf(rule, whole ? after : from, until, most);
      if (whole || found.size() == most) {
        return found;
      }
      back = back.multipliedBy(2);
    }
  }

  private static List<Instant> lastOf(Rule rule, Instant after, Instant until, int most) {
    Deque<Instant> last = new ArrayDeque<>();
    for (Instant tick = rule.next(after); !tick.isAfter(until); tick = rule.next(tick)) {
      if (last.size() == most) {
        last.removeFirst();
      }
      last.addLast(tick);
    }
    return List.copyOf(last);
  }
}
