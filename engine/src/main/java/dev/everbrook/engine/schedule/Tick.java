package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One tick of a schedule. The job's payload is the schedule's payload with one more member, {@value
 * #MEMBER}, from which the handler reads the tick.
 *
 * @param schedule the schedule's name
 * @param at the scheduled time, however much later the job runs
 * @param cause why the job was enqueued
 */
public record Tick(String schedule, Instant at, Cause cause) {

  /** The member of the payload; a schedule's own payload may not have it. */
  public static final String MEMBER = "_schedule";

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Why a tick became a job. */
  public enum Cause {
    /** The scheduled time came. */
    TIME,
    /** The scheduled time came while no node ran; the tick is made up for. */
    BACKFILL,
    /** A call of {@link Schedules#runNow}. */
    HAND;

    private final String word = name().toLowerCase(Locale.ROOT);

    String word() {
      return word;
    }
  }

  /**
   * The tick of a job; empty if the job was not enqueued by a schedule.
   *
   * @param payload the run's payload
   * @throws tools.jackson.core.JacksonException if it is not JSON or its tick is malformed
   */
  public static Optional<Tick> of(String payload) {
    JsonNode tick = JSON.readTree(payload).path(MEMBER);
    return tick.isObject()
        ? Optional.of(
            new Tick(
                tick.path("name").stringValue(),
                Instant.parse(tick.path("scheduledAt").stringValue()),
                Cause.valueOf(tick.path("cause").stringValue().toUpperCase(Locale.ROOT))))
        : Optional.empty();
  }

  /** The payload with this tick as its first member; the rest keeps its exact text. */
  String in(String object) {
    String tick =
        JSON.createObjectNode()
            .put("name", schedule)
            .put("scheduledAt", at.toString())
            .put("cause", cause.word())
            .toString();
    String rest = object.substring(1).stripLeading();
    return "{\"" + MEMBER + "\":" + tick + (rest.startsWith("}") ? "" : ",") + rest;
  }
}
