package dev.everbrook.engine.schedule;

import dev.everbrook.engine.job.NewJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * When to run what, again and again.
 *
 * @param name 1 to {@link #NAME_MAX} characters without control characters
 * @param rule when it ticks
 * @param queue where its jobs wait; as in {@link NewJob}
 * @param kind which handler runs them; as in {@link NewJob}
 * @param payload a JSON object of at most {@link #PAYLOAD_BYTES_MAX}, handed to the handler with
 *     its {@link Tick} added
 * @param deadline how long each job may take in all; to the millisecond, at most {@link
 *     #DEADLINE_MAX}
 * @param priority as in {@link NewJob}
 * @param lane as in {@link NewJob}; empty for none
 * @param backfillMax how many ticks are made up for, at most {@link #BACKFILL_MAX}, when all nodes
 *     were down: the newest that is due runs in any case, and so many before it
 */
public record Schedule(
    String name,
    Rule rule,
    String queue,
    String kind,
    String payload,
    Duration deadline,
    int priority,
    String lane,
    int backfillMax) {

  public static final int NAME_MAX = 100;

  /** The longest payload in bytes of UTF-8: an outage may be made up for by many copies of it. */
  public static final int PAYLOAD_BYTES_MAX = 60 * 1024;

  public static final int BACKFILL_MAX = 1_000;
  public static final Duration DEADLINE_MAX = Duration.ofDays(366);

  private static final Duration DEADLINE_DEFAULT = Duration.ofHours(1);

  public Schedule {
    if (name.isBlank()
        || name.length() > NAME_MAX
        || name.chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException(
          "a schedule's name must have 1 to "
              + NAME_MAX
              + " characters and no control characters, was '"
              + name
              + "'");
    }
    if (backfillMax < 0 || backfillMax > BACKFILL_MAX) {
      throw new IllegalArgumentException(
          "a schedule makes up for 0 to " + BACKFILL_MAX + " ticks, not " + backfillMax);
    }
    if (deadline.compareTo(DEADLINE_MAX) > 0) {
      throw new IllegalArgumentException(
          "a schedule's deadline may be at most " + DEADLINE_MAX + ", was " + deadline);
    }
    deadline = deadline.truncatedTo(ChronoUnit.MILLIS);
    payload = checked(payload);
    Tick longest = new Tick(name, Instant.ofEpochSecond(0, 1_000), Tick.Cause.BACKFILL);
    job(
        queue, kind, payload, deadline, priority, lane,
        longest); // refuses what could not be enqueued later
  }

  private static String checked(String payload) {
    int bytes = payload.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a schedule's payload may have at most "
              + PAYLOAD_BYTES_MAX
              + " bytes, had "
              + bytes
              + "; store it in a table and hand on its key");
    }
    JsonNode object;
    try {
      object = JsonMapper.shared().readTree(payload);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "a schedule's payload must be JSON: " + e.getOriginalMessage(), e);
    }
    if (!object.isObject() || object.has(Tick.MEMBER)) {
      throw new IllegalArgumentException(
          "a schedule's payload must be a JSON object without a member "
              + Tick.MEMBER
              + ", which its ticks are told in");
    }
    return payload.strip();
  }

  /** One whose jobs have an hour to be done, and that makes up for no more than its newest tick. */
  public static Schedule of(String name, Rule rule, String queue, String kind, String payload) {
    return new Schedule(name, rule, queue, kind, payload, DEADLINE_DEFAULT, 0, "", 0);
  }

  public Schedule within(Duration most) {
    return new Schedule(name, rule, queue, kind, payload, most, priority, lane, backfillMax);
  }

  public Schedule backfilling(int most) {
    return new Schedule(name, rule, queue, kind, payload, deadline, priority, lane, most);
  }

  public Schedule priority(int number) {
    return new Schedule(name, rule, queue, kind, payload, deadline, number, lane, backfillMax);
  }

  public Schedule lane(String key) {
    return new Schedule(name, rule, queue, kind, payload, deadline, priority, key, backfillMax);
  }

  /** The job that a tick becomes. */
  NewJob toJob(Tick tick) {
    return job(queue, kind, payload, deadline, priority, lane, tick);
  }

  /** What a schedule says of its jobs is handed on here and nowhere else. */
  private static NewJob job(
      String queue,
      String kind,
      String payload,
      Duration deadline,
      int priority,
      String lane,
      Tick tick) {
    return NewJob.of(queue, kind, tick.in(payload)).within(deadline).priority(priority).lane(lane);
  }
}
