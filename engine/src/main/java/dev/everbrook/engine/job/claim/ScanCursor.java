package dev.everbrook.engine.job.claim;

import java.time.Duration;
import java.util.Comparator;

/**
 * Where the ready jobs of a queue begin, as far as its claimer knows.
 *
 * <p>While some transaction stays open, PostgreSQL cannot clear away what was claimed since it
 * began, and a look from the first place of the index steps over all of it, more at every claim. So
 * most looks begin behind the last job that was claimed, and those from the first place, which find
 * what has become ready before that (by a retry, a later commit, a higher priority), may take a
 * sixteenth of the time. Used by one thread.
 */
public final class ScanCursor {

  /** A look from the first place is followed by fifteen times as long without one. */
  private static final int REST = 15;

  private static final long UNSEEN_MAX = Duration.ofSeconds(10).toNanos();

  /** A job's place in the order of its queue. */
  public record Place(int priority, long job) implements Comparable<Place> {
    public static final Place FIRST = new Place(Integer.MIN_VALUE, 0);

    private static final Comparator<Place> ORDER =
        Comparator.comparingInt(Place::priority).thenComparingLong(Place::job);

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  private Place last = Place.FIRST;
  private long dueAt;

  /**
   * @param now nanoseconds on the world's clock
   */
  public ScanCursor(long now) {
    dueAt = now;
  }

  /** Where to begin now. */
  public Place begin(long now) {
    return now - dueAt >= 0 ? Place.FIRST : last;
  }

  /** How long until a look from the first place is due, in nanoseconds. */
  public long untilDue(long now) {
    return Math.max(0, dueAt - now);
  }

  /**
   * A look has ended.
   *
   * @param end the last job it found; where it began, if it found none
   */
  public void looked(Place begin, Place end, long began, long now) {
    if (begin.equals(Place.FIRST)) {
      dueAt = now + Math.min(UNSEEN_MAX, REST * (now - began));
    }
    last = end.equals(Place.FIRST) ? last : end;
  }
}
