package dev.everbrook.engine.job;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A job to be enqueued.
 *
 * @param queue where it waits; 1 to 100 characters
 * @param kind which {@link Handler} runs it; 1 to 100 characters
 * @param payload JSON text handed to the handler, at most {@value #PAYLOAD_BYTES_MAX} bytes
 * @param delay how long it is not to run yet; nothing for at once
 * @param deadline how long from now it may take in all, waits and retries included, before it is
 *     ended as failed
 */
public record NewJob(String queue, String kind, String payload, Duration delay, Duration deadline) {

  /** The longest payload in bytes of UTF-8; what is larger belongs into a table of the caller's. */
  public static final int PAYLOAD_BYTES_MAX = 64 * 1024;

  private static final int NAME_MAX = 100;
  private static final Duration DEADLINE_DEFAULT = Duration.ofHours(1);

  public NewJob {
    named("queue", queue);
    named("kind", kind);
    int bytes = payload.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a job's payload may have at most "
              + PAYLOAD_BYTES_MAX
              + " bytes, had "
              + bytes
              + "; store it in a table and enqueue its key");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("a job's delay must not be negative, was " + delay);
    }
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("a job's deadline must be positive, was " + deadline);
    }
  }

  private static void named(String what, String name) {
    if (name.isBlank() || name.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          "a job's " + what + " must have 1 to " + NAME_MAX + " characters, was '" + name + "'");
    }
  }

  /** A job that may run at once and has an hour to be done. */
  public static NewJob of(String queue, String kind, String payload) {
    return new NewJob(queue, kind, payload, Duration.ZERO, DEADLINE_DEFAULT);
  }

  public NewJob after(Duration wait) {
    return new NewJob(queue, kind, payload, wait, deadline);
  }

  public NewJob within(Duration most) {
    return new NewJob(queue, kind, payload, delay, most);
  }
}
