package dev.everbrook.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What of a rule is to be run now. Decided here; written by the {@link Ticker}.
 *
 * @param missed ticks to be made up for, oldest first
 * @param newest the tick that is due, unless there is none, or more than one round takes
 * @param next before which nothing else is to be looked for
 * @param leftOut whether older ticks were missed that are not made up for
 */
record Due(List<Instant> missed, Optional<Instant> newest, Instant next, boolean leftOut) {

  /** The finest that a timestamp of the database tells apart. */
  private static final Duration INSTANT = Duration.ofNanos(1_000);

  /**
   * Of the ticks from {@code since} to {@code now}, the newest and at most {@code backfillMax}
   * before it; of these, no more than {@code most}, the oldest first.
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

  /** Whether more is due than one round takes. */
  boolean isForMoreRounds() {
    return newest.isEmpty() && !missed.isEmpty();
  }

  /**
   * The last {@code most} ticks of an interval, looked for in a growing part of it: an outage may
   * have been long, and its beginning does not matter then.
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
