package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobList;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.text.Excerpt;
import java.util.Optional;

/** Reads jobs from the live table and the history. Safe for use by many threads. */
public final class JobReader implements JobList {

  /** One character more than the longest reason: the mark of a cut one. */
  private static final int WHOLE_ERROR_MAX = Excerpt.REASON_MAX + 1;

  /** The most rows of each table that a page looks at. */
  static final int LOOKED_MAX = 10_000;

  private static final String ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";

  private static final String READ =
      """
      SELECT j.id, j.queue, j.kind, j.lane, j.priority, j.principal, j.state, j.attempt, j.run,
             j.tokens, j.cancelled, left(coalesce(j.fail_reason, j.error), error_max) AS error,
             j.trace, j.retry::text AS retry, j.created_at, j.retried_at, j.run_at, j.deadline_at, NULL::timestamptz AS finished_at, j.owner,
             n.name AS node, j.parent, j.children, j.pending,
             CASE WHEN whole THEN j.payload::text END AS payload, NULL AS result
        FROM (SELECT ?::boolean AS whole, ?::integer AS error_max, ?::bigint[] AS ids) AS wanted
       CROSS JOIN LATERAL (SELECT * FROM everbrook.job WHERE id = ANY (ids)) AS j
        LEFT JOIN everbrook.node n ON n.id = j.owner
      UNION ALL
      SELECT d.id, d.queue, d.kind, d.lane, d.priority, d.principal, d.outcome, d.attempt, d.run,
             d.tokens, d.outcome = 'cancelled', left(d.error, error_max), d.trace, d.retry::text,
             d.created_at,
             d.retried_at, NULL, d.deadline_at, d.finished_at, NULL,
             NULL, d.parent, d.children, 0,
             CASE WHEN whole THEN d.payload::text END, CASE WHEN whole THEN d.result::text END
        FROM (SELECT ?::boolean AS whole, ?::integer AS error_max, ?::bigint[] AS ids) AS wanted
       CROSS JOIN LATERAL (SELECT * FROM everbrook.job_done WHERE id = ANY (ids)) AS d
      ORDER BY id DESC
      """;

  private final Database database;
  private final JobScan looks = new JobScan(LOOKED_MAX);

  public JobReader(Database database) {
    this.database = database;
  }

  @Override
  public Optional<JobView.Detail> find(long job) {
    long[] ids = {job};
    return database.first(
        READ, JobRow.DETAIL, true, WHOLE_ERROR_MAX, ids, true, WHOLE_ERROR_MAX, ids);
  }

  @Override
  public JobView.Page page(JobFilter filter, long before, int most) {
    if (most < 1 || most > PAGE_MAX) {
      throw new IllegalArgumentException("a page of jobs has 1 to " + PAGE_MAX + ", not " + most);
    }
    return database.tx(tx -> {
      tx.update(ONE_MOMENT); // a job that ends meanwhile is found once, in its listed state
      JobScan.Found found = looks.look(tx, filter, before, most);
      long[] ids = found.ids().stream().mapToLong(it -> it).toArray();
      return new JobView.Page(
          tx.list(READ, JobRow.VIEW, false, ERROR_MAX, ids, false, ERROR_MAX, ids), found.edge());
    });
  }
}
