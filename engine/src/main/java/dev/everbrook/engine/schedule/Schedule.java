package dev.everbrook.engine.schedule;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.text.Names;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recurring job: a rule, and the job that each tick enqueues.
 *
 * @param name 1 to {@link #NAME_MAX} characters without control characters
 * @param rule the times of the ticks
 * @param queue the queue of its jobs; as in {@link NewJob}
 * @param kind the kind of its jobs; as in {@link NewJob}
 * @param payload a JSON object of at most {@link #PAYLOAD_BYTES_MAX}, handed to the handler with
 *     its {@link Tick} added
 * @param deadline how long each job may take in all; to the millisecond, at most {@link
 *     #DEADLINE_MAX}
 * @param priority as in {@link NewJob}
 * @param lane as in {@link NewJob}; empty for none
 * @param backfillMax the number of missed ticks that run after all nodes were down, at most {@link
 *     #BACKFILL_MAX}; the newest due tick runs in addition
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

  public static final int NAME_MAX = Names.MAX;

  /** The longest payload in bytes of UTF-8; bounded because a backfill enqueues many copies. */
  public static final int PAYLOAD_BYTES_MAX = 60 * 1024;

  public static final int BACKFILL_MAX = 1_000;
  public static final Duration DEADLINE_MAX = Duration.ofDays(366);

  private static final Duration DEADLINE_DEFAULT = Duration.ofHours(1);

  public Schedule {
    Names.check("a schedule's name", name);
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
        longest); // refuses values that could not be enqueued later
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
              + ", which holds the tick of each job");
    }
    return payload.strip();
  }

  /**
   * A schedule with a deadline of one hour for each job, which runs only the newest of missed
   * ticks.
   */
  public static Schedule of(String name, Rule rule, String queue, String kind, String payload) {
    return new Schedule(name, rule, queue, kind, payload, DEADLINE_DEFAULT, 0, "", 0);
  }

  /** The same schedule with this deadline for each job, at most {@link #DEADLINE_MAX}. */
  public Schedule within(Duration most) {
    return new Schedule(name, rule, queue, kind, payload, most, priority, lane, backfillMax);
  }

  /** The same schedule that makes up for this many missed ticks, 0 to {@link #BACKFILL_MAX}. */
  public Schedule backfilling(int most) {
    return new Schedule(name, rule, queue, kind, payload, deadline, priority, lane, most);
  }

  /** The same schedule with this priority of its jobs. */
  public Schedule priority(int number) {
    return new Schedule(name, rule, queue, kind, payload, deadline, number, lane, backfillMax);
  }

  /** The same schedule with this lane of its jobs; empty for none. */
  public Schedule lane(String key) {
    return new Schedule(name, rule, queue, kind, payload, deadline, priority, key, backfillMax);
  }

  /** The job for a tick. */
  NewJob toJob(Tick tick) {
    return job(queue, kind, payload, deadline, priority, lane, tick);
  }

  /** Builds the job; the only place that copies a schedule's settings to its jobs. */
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
