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
 * @param queue where it waits; 1 to 100 characters, none of them a control character
 * @param kind which {@link Handler} runs it; likewise
 * @param payload JSON text handed to the handler, at most {@value #PAYLOAD_BYTES_MAX} bytes
 * @param delay how long it is not to run yet; nothing for at once
 * @param deadline how long it may take from when it may first run (now, or after its delay) until
 *     it is done, before it is ended as failed: waiting in its queue, retries and pauses included
 * @param priority the smaller, the sooner, among the jobs of its lane; 0 unless said otherwise
 * @param lane the key it shares limits and turns with, such as a tenant or a model; likewise, or
 *     empty for none
 * @param tokens how many model tokens it is expected to use, for lanes that limit them
 * @param principal the principal it is done for: only that principal finds it and its journal;
 *     empty for none
 * @param dedupe which other job it is the same as
 * @param retry how it is retried; its kind's policy by default
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

  /** The longest payload in bytes of UTF-8; a larger one belongs into a table of the caller's. */
  public static final int PAYLOAD_BYTES_MAX = 1024 * 1024;

  /** The longest delay, and the longest deadline: ten years. */
  public static final Duration TIME_MAX = RetryPolicy.TIME_MAX;

  /** Longer than any lane may be closed, and than a queue is paused over a holiday. */
  private static final Duration DEADLINE_DEFAULT = Duration.ofDays(14);

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
    if (tokens < 0) {
      throw new IllegalArgumentException("a job's tokens must not be negative, were " + tokens);
    }
  }

  /** Refuses a text that is too long, and says what to do instead. */
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
   * A job that may run at once and has 14 days to be done.
   *
   * @throws IllegalArgumentException if the payload is no JSON: the database would refuse it too,
   *     but break the transaction it came with
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

  /** Not to run before {@code wait} is over. */
  public NewJob after(Duration wait) {
    return new NewJob(
        queue, kind, payload, wait, deadline, priority, lane, tokens, principal, dedupe, retry);
  }

  /** To be done within {@code most} from when it may first run, waits and retries included. */
  public NewJob within(Duration most) {
    return new NewJob(
        queue, kind, payload, delay, most, priority, lane, tokens, principal, dedupe, retry);
  }

  /** Before those of its lane that have a greater number; 0 unless said otherwise. */
  public NewJob priority(int number) {
    return new NewJob(
        queue, kind, payload, delay, deadline, number, lane, tokens, principal, dedupe, retry);
  }

  /** In this lane of its queue. */
  public NewJob lane(String name) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, name, tokens, principal, dedupe, retry);
  }

  /** Expected to use so many model tokens. */
  public NewJob tokens(int expected) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, expected, principal, dedupe, retry);
  }

  /** Done for this principal. */
  public NewJob owner(Principal whom) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, tokens, whom.id(), dedupe, retry);
  }

  /** The same as another job of the queue with this key, if there is one. */
  public NewJob dedupe(Dedupe key) {
    return new NewJob(
        queue, kind, payload, delay, deadline, priority, lane, tokens, principal, key, retry);
  }

  /**
   * Retried by this policy, where that of its kind would be too patient or too hasty: on this node,
   * on others, and by remote workers.
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
