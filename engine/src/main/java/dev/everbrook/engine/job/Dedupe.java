package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Excerpt;
import java.time.Duration;

/**
 * What makes a job the same as one that is in its queue already, and what becomes of the two. A key
 * is free again when its job has ended or was cancelled, unless another follows it: then that has
 * the key. Where a job waits to end as failed, since a child of it failed, what would replace it
 * follows it instead.
 *
 * <p>Keys are the queue's: jobs of different principals meet. Whose payload is kept, for him the
 * job is done, and only he finds it; where that is not wanted, his id belongs into the key.
 *
 * @param key 1 to 200 characters, valid within a queue; empty for none
 * @param most for {@link How#DEBOUNCE}: how long from the first enqueue on it may be put off, at
 *     most {@link NewJob#TIME_MAX}
 */
public record Dedupe(String key, How how, Duration most) {

  /** What becomes of a job whose key is taken. */
  public enum How {
    /** The one that is there stays as it is. */
    REJECT,
    /**
     * The one that is there gets the new payload. If it has begun, the last that came follows when
     * it has ended.
     */
    REPLACE,
    /** As {@link #REPLACE}, and the delay of the one that waits begins anew. */
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

  /** The job that is there stays as it is. */
  public static Dedupe reject(String key) {
    return keyed(key, How.REJECT, Duration.ZERO);
  }

  /**
   * The job that is there gets the new payload and time; while it runs, the last that came is kept
   * to follow it.
   */
  public static Dedupe replace(String key) {
    return keyed(key, How.REPLACE, Duration.ZERO);
  }

  /** As {@link #replace}, and what waits does so anew, for {@code most} in all. */
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
