package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A job as a statement of {@link JobList} returns it. */
final class JobRow {

  static final Row<JobView> VIEW = JobRow::view;

  static final Row<JobDetail> DETAIL =
      row ->
          new JobDetail(view(row), text(row.getString("payload")), text(row.getString("result")));

  private JobRow() {}

  private static JobView view(ResultSet row) throws SQLException {
    return new JobView(
        row.getLong("id"),
        row.getString("queue"),
        row.getString("kind"),
        row.getString("lane"),
        row.getInt("priority"),
        row.getString("principal"),
        JobState.of(row.getString("state")).orElseThrow(),
        row.getInt("attempt"),
        row.getInt("run"),
        row.getInt("tokens"),
        row.getBoolean("cancelled"),
        text(row.getString("error")),
        text(row.getString("trace")),
        new JobView.Times(
            time(row, "created_at").orElseThrow(),
            time(row, "retried_at"),
            time(row, "run_at"),
            time(row, "deadline_at").orElseThrow(),
            time(row, "finished_at")),
        owner(row),
        new JobView.Kin(number(row, "parent"), row.getInt("children"), row.getInt("pending")));
  }

  private static Optional<JobView.Owner> owner(ResultSet row) throws SQLException {
    OptionalLong node = number(row, "owner");
    return node.isEmpty()
        ? Optional.empty()
        : Optional.of(new JobView.Owner(node.getAsLong(), text(row.getString("node"))));
  }

  private static OptionalLong number(ResultSet row, String column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
  }

  static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return time(row, row.findColumn(column));
  }

  static Optional<Instant> time(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  static String text(@Nullable String column) {
    return column == null ? "" : column;
  }
}
