package dev.everbrook.engine.schedule;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One time at which a schedule is to run. Its job's payload is that of the schedule with one member
 * more, {@value #MEMBER}, in which its handler finds this.
 *
 * @param schedule the schedule's name
 * @param at the time that was meant, however much later the job runs
 * @param cause why the job was enqueued
 */
public record Tick(String schedule, Instant at, Cause cause) {

  /** The member of the payload; no schedule's payload may have one of this name. */
  public static final String MEMBER = "_schedule";

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Why a tick became a job. */
  public enum Cause {
    /** Its time came. */
    TIME,
    /** Its time came while nobody was there, and is made up for. */
    BACKFILL,
    /** Somebody asked for it. */
    HAND;

    private final String word = name().toLowerCase(Locale.ROOT);

    String word() {
      return word;
    }
  }

  /**
   * The tick that a job stands for; nothing, if it was not enqueued by a schedule.
   *
   * @param payload as the run has it
   * @throws tools.jackson.core.JacksonException if it is no JSON, or says this otherwise
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

  /** The payload with this tick as its first member; all else stays as it was written. */
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
