package dev.everbrook.engine.job;

import java.time.Duration;

/**
 * Thrown by a handler whose attempt failed and whose next attempt has a known time, such as the
 * {@code Retry-After} of a service; the same as {@link Outcome.Failed#retryAfter}. The attempt
 * counts. To close the lane for all its jobs instead, return {@link Outcome.Limited}.
 */
public final class RetryAfter extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Duration delay;

  /**
   * @param delay the time until the next attempt, 0 to {@link Outcome#RETRY_AFTER_MAX}
   * @throws IllegalArgumentException if it is negative or longer
   */
  public RetryAfter(Duration delay, String message) {
    super(message);
    this.delay = Outcome.Failed.checked(delay);
  }

  /** As {@link #RetryAfter(Duration, String)}, because of another exception. */
  public RetryAfter(Duration delay, String message, Throwable cause) {
    super(message, cause);
    this.delay = Outcome.Failed.checked(delay);
  }

  /** The time until the next attempt. */
  public Duration delay() {
    return delay;
  }
}
