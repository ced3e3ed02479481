package dev.everbrook.engine.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Converts a row of {@code everbrook.schedule} to a schedule and back. */
final class ScheduleRow {

  private ScheduleRow() {}

  /**
   * Reads the columns by their names.
   *
   * @throws IllegalStateException if the row is no valid schedule on this node: it was written by
   *     hand, or names a zone that this Java does not know
   */
  static Scheduled read(ResultSet row) throws SQLException {
    String name = row.getString("name");
    try {
      Schedule schedule =
          new Schedule(
              name,
              rule(row),
              row.getString("queue"),
              row.getString("kind"),
              row.getString("payload"),
              Duration.ofMillis(row.getLong("deadline_ms")),
              row.getInt("priority"),
              row.getString("lane"),
              row.getInt("backfill_max"));
      return new Scheduled(
          schedule,
          row.getBoolean("paused"),
          time(row, "next_at").orElseThrow(),
          time(row, "last_at"));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IllegalStateException(
          "the schedule '"
              + name
              + "' in the database cannot be read by this node; put it again, remove it, or"
              + " start a newer Java: "
              + e.getMessage(),
          e);
    }
  }

  private static Rule rule(ResultSet row) throws SQLException {
    String cron = row.getString("cron");
    return cron == null
        ? new Rule.Every(
            Duration.ofMillis(row.getLong("every_ms")), Duration.ofMillis(row.getLong("offset_ms")))
        : new Rule.Cron(cron, ZoneId.of(row.getString("zone")));
  }

  static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  /** The values of the columns cron, zone, every_ms and offset_ms. */
  static @Nullable Object[] values(Rule rule) {
    return switch (rule) {
      case Rule.Cron(var expression, var zone) ->
          new @Nullable Object[] {expression.toString(), zone.getId(), null, null};
      case Rule.Every(var distance, var offset) ->
          new @Nullable Object[] {null, null, distance.toMillis(), offset.toMillis()};
    };
  }
}
