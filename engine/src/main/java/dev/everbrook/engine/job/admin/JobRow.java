package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.claim.PolicyJson;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads jobs from the rows of {@link JobReader}. */
public final class JobRow {

  public static final Row<JobView> VIEW = JobRow::view;

  public static final Row<JobView.Detail> DETAIL =
      row ->
          new JobView.Detail(view(row), Columns.text(row, "payload"), Columns.text(row, "result"));

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
        Columns.text(row, "error"),
        Columns.text(row, "trace"),
        PolicyJson.read(Columns.text(row, "retry")),
        new JobView.Times(
            Columns.time(row, "created_at").orElseThrow(),
            Columns.time(row, "retried_at"),
            Columns.time(row, "run_at"),
            Columns.time(row, "deadline_at").orElseThrow(),
            Columns.time(row, "finished_at")),
        owner(row),
        new JobView.Family(
            Columns.bigint(row, "parent"), row.getInt("children"), row.getInt("pending")));
  }

  private static Optional<JobView.Owner> owner(ResultSet row) throws SQLException {
    OptionalLong node = Columns.bigint(row, "owner");
    return node.isEmpty()
        ? Optional.empty()
        : Optional.of(new JobView.Owner(node.getAsLong(), Columns.text(row, "node")));
  }
}
