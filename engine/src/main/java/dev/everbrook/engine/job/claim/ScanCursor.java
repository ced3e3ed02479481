package dev.everbrook.engine.job.claim;

import java.time.Duration;
import java.util.Comparator;

/**
 * The place in the index from which a claimer scans for ready jobs of a queue.
 *
 * <p>While any transaction stays open, PostgreSQL cannot remove the index entries of jobs that were
 * claimed since it began. A scan from the head of the index steps over all of them, more at every
 * claim. Hence most scans begin behind the last claimed job. Scans from the head find the jobs that
 * became ready before that place: by a retry, a late commit, a higher priority. They get one
 * sixteenth of the time. Used by one thread.
 */
public final class ScanCursor {

  /** After a scan from the head, the next one waits fifteen times as long as it took. */
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

  /** The place where the next scan begins. */
  public Place begin(long now) {
    return now - dueAt >= 0 ? Place.FIRST : last;
  }

  /** The nanoseconds until a scan from the head is due. */
  public long untilDue(long now) {
    return Math.max(0, dueAt - now);
  }

  /**
   * Records a scan.
   *
   * @param end the place of the last job that it found; without any, the place where it began
   */
  public void looked(Place begin, Place end, long began, long now) {
    if (begin.equals(Place.FIRST)) {
      dueAt = now + Math.min(UNSEEN_MAX, REST * (now - began));
    }
    last = end.equals(Place.FIRST) ? last : end;
  }
}
