package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.text.Json;
import dev.everbrook.engine.text.Names;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * A job to be enqueued.
 *
 * @param queue the queue in which it waits; 1 to 100 characters, no control characters
 * @param kind the kind, which selects its {@link Handler}; 1 to 100 characters, no control
 *     characters
 * @param payload JSON text handed to the handler, at most {@value #PAYLOAD_BYTES_MAX} bytes
 * @param delay the time before it may run, 0 to {@link #TIME_MAX}
 * @param deadline the time from the end of its delay until it must be done, more than 0 and at most
 *     {@link #TIME_MAX}; waits, retries and pauses included. After that it ends as failed
 * @param priority a smaller number runs sooner among the jobs of its lane; any int, 0 by default
 * @param lane the key under which it shares limits and turns, such as a tenant or a model; at most
 *     100 characters, no control characters; empty for none
 * @param tokens the number of model tokens it is expected to use, for lanes that limit them; not
 *     negative
 * @param principal the id of the principal it is done for, at most 200 characters; only that
 *     principal finds the job and its journal; empty for none
 * @param dedupe the key it shares with other jobs, and the rule for them
 * @param retry its own retry policy; empty for that of its kind
 */
public record NewJob(
    String queue,
    String kind,
    String payload,
    Duration delay,
    Duration deadline,
    int priority,
    String lane,
    int tokens,
    String principal,
    Dedupe dedupe,
    Optional<RetryPolicy> retry) {

  /** The longest payload in bytes of UTF-8; store a larger one in a table and pass its key. */
  public static final int PAYLOAD_BYTES_MAX = 1024 * 1024;

  /** The longest delay, and the longest deadline: ten years. */
  public static final Duration TIME_MAX = RetryPolicy.TIME_MAX;

  /** Longer than the longest closing of a lane, and than a pause over a holiday. */
  private static final Duration DEADLINE_DEFAULT = Duration.ofDays(14);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a value is out of its bounds; whether the payload is JSON
   *     is checked by {@link #of} and by the database
   */
  public NewJob {
    Names.check("a job's queue", queue);
    Names.check("a job's kind", kind);
    bounded("payload", payload, PAYLOAD_BYTES_MAX);
    if (delay.isNegative() || delay.compareTo(TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "a job's delay must not be negative, and at most " + TIME_MAX + ", was " + delay);
    }
    if (!deadline.isPositive() || deadline.compareTo(TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "a job's deadline must be positive, and at most " + TIME_MAX + ", was " + deadline);
    }
    if (!lane.isEmpty()) {
      Names.check("a job's lane", lane);
    }
    if (principal.length() > Principal.ID_MAX || (!principal.isEmpty() && principal.isBlank())) {
      throw new IllegalArgumentException(
          "a job's principal must be empty or have 1 to "
              + Principal.ID_MAX
              + " characters, not only blanks, had "
              + principal.length());
    }
    if (tokens < 0) {
      throw new IllegalArgumentException("a job's tokens must not be negative, were " + tokens);
    }
  }

  /** Refuses a text that is too long; the message names the alternative. */
  static void bounded(String what, String json, int bytesMax) {
    int bytes = json.length() <= bytesMax / 3 ? 0 : json.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > bytesMax) {
      throw new IllegalArgumentException(
          "a job's "
              + what
              + " may have at most "
              + bytesMax
              + " bytes, had "
              + bytes
              + "; store it in a table and hand on its key");
    }
  }

  /**
   * A job that may run at once and has a deadline of 14 days.
   *
   * @throws IllegalArgumentException if the payload is not JSON (the database would refuse it too,
   *     and break the caller's transaction), or a value is out of its bounds
   */
  public static NewJob of(String queue, String kind, String payload) {
    Json.check(payload);
    return new NewJob(
        queue,
        kind,
        payload,
        Duration.ZERO,
        DEADLINE_DEFAULT,
        0,
        "",
        0,
        "",
        Dedupe.NONE,
        Optional.empty());
  }

  /** The same job with a delay before its first run, 0 to {@link #TIME_MAX}. */
  public NewJob after(Duration wait) {
    return new NewJob(
        queue, kind, payload, wait, deadline, priority, lane, tokens, principal, dedupe, retry);
  }

  /** The same job with a deadline, counted from the end of its delay; at most {@link #TIME_MAX}. */
  public NewJob within(Duration most) {
    return new NewJob(
        queue, kind, payload, delay, most, priority, lane, tokens, principal, dedupe, retry);
  }

  /** The same job with a priority: a smaller number runs sooner within its lane. */
  public NewJob priority(int number) {
    return new NewJob(
        queue, kind, payload, delay, deadline, number, lane, tokens, principal, dedupe, retry);
  }

  /** The same job in this lane of its queue. */
  public NewJob lane(String name) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, name, tokens, principal, dedupe, retry);
  }

  /** The same job, expected to use this number of model tokens; not negative. */
  public NewJob tokens(int expected) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, expected, principal, dedupe, retry);
  }

  /** The same job, done for this principal. */
  public NewJob owner(Principal whom) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, tokens, whom.id(), dedupe, retry);
  }

  /** The same job with a dedupe key, and the rule for other jobs with that key. */
  public NewJob dedupe(Dedupe key) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, tokens, principal, key, retry);
  }

  /**
   * The same job with its own retry policy instead of that of its kind: on this node, on others,
   * and by remote workers.
   */
  public NewJob retry(RetryPolicy policy) {
    return new NewJob(
        queue,
        kind,
        payload,
        delay,
        deadline,
        priority,
        lane,
        tokens,
        principal,
        dedupe,
        Optional.of(policy));
  }
}
