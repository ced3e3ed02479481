package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Excerpt;
import java.time.Duration;

/**
 * The key under which a job is the same as one already in its queue, and the rule for the two. A
 * key is free again when its job has ended or was cancelled. If another job follows, the key passes
 * to the follower. A job that waits only to end as failed, because a child failed, is doomed: a
 * replacement of a doomed job follows it.
 *
 * <p>Keys belong to the queue, across principals. The job belongs to the principal whose payload
 * was kept. To separate principals, put the id into the key.
 *
 * @param key 1 to 200 characters, valid within a queue; empty for none
 * @param most for {@link How#DEBOUNCE}: the longest delay in total, from the first enqueueing on;
 *     at most {@link NewJob#TIME_MAX}
 */
public record Dedupe(String key, How how, Duration most) {

  /** The rule for a job whose key is taken. */
  public enum How {
    /** The existing job stays as it is. */
    REJECT,
    /**
     * The existing job gets the new payload. If it has begun, the latest job follows when it has
     * ended.
     */
    REPLACE,
    /** As {@link #REPLACE}, and the delay of a waiting job restarts. */
    DEBOUNCE,
    /** {@link #REPLACE} by another name. */
    KEEP_LAST
  }

  public static final Dedupe NONE = new Dedupe("", How.REJECT, Duration.ZERO);

  private static final int KEY_MAX = 200;

  public Dedupe {
    if (key.length() > KEY_MAX || key.indexOf('\0') >= 0 || Excerpt.isBroken(key)) {
      throw new IllegalArgumentException(
          "a dedupe key must have 1 to "
              + KEY_MAX
              + " characters, no U+0000 and no half of a surrogate pair, was '"
              + Excerpt.of(key)
              + "'");
    }
    if (how == How.DEBOUNCE && (!most.isPositive() || most.compareTo(NewJob.TIME_MAX) > 0)) {
      throw new IllegalArgumentException(
          "a debounced job may be put off by more than nothing and at most "
              + NewJob.TIME_MAX
              + ", was "
              + most);
    }
  }

  /** The existing job stays as it is. */
  public static Dedupe reject(String key) {
    return keyed(key, How.REJECT, Duration.ZERO);
  }

  /**
   * The existing job gets the new payload and time. While it runs, the latest job is kept to follow
   * it.
   */
  public static Dedupe replace(String key) {
    return keyed(key, How.REPLACE, Duration.ZERO);
  }

  /** As {@link #replace}, and the delay restarts, up to {@code most} in total. */
  public static Dedupe debounce(String key, Duration most) {
    return keyed(key, How.DEBOUNCE, most);
  }

  /** As {@link #replace}. */
  public static Dedupe keepLast(String key) {
    return keyed(key, How.KEEP_LAST, Duration.ZERO);
  }

  private static Dedupe keyed(String key, How how, Duration most) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a dedupe key must have at least one character");
    }
    return new Dedupe(key, how, most);
  }
}
