package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.LaneView;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the state of lanes. Safe for use by many threads. */
public final class LaneList {

  private static final String STANDING =
      """
      WITH RECURSIVE waiting(name, n) AS (
             (SELECT lane, 1 FROM everbrook.job
               WHERE queue = ? AND state = 'ready' AND lane >= ? ORDER BY queue, lane LIMIT 1)
             UNION ALL
             SELECT (SELECT j.lane FROM everbrook.job j
                      WHERE j.queue = ? AND j.state = 'ready' AND j.lane > waiting.name
                      ORDER BY j.queue, j.lane LIMIT 1), waiting.n + 1
               FROM waiting WHERE waiting.name IS NOT NULL AND waiting.n < ?),
           named AS MATERIALIZED (
             SELECT name FROM (SELECT name FROM waiting WHERE name IS NOT NULL
                               UNION
                               SELECT name FROM everbrook.lane
                                WHERE queue = ? AND name >= ?) AS either
              ORDER BY name LIMIT ?)
      SELECT l.name, coalesce(kept.own, false) AS own, l.weight, l.running_max, l.rate,
             CASE WHEN kept.own THEN kept.burst ELSE shared.burst END AS burst,
             l.token_rate, l.token_burst, l.allowance, l.tokens,
             CASE WHEN l.closed_until > clock_timestamp() THEN l.closed_until END AS closed_until,
             kept.closed_why, run.running, line.ready,
             extract(epoch FROM clock_timestamp() - line.since) * 1000 AS oldest_ms
        FROM everbrook.lanes_at(?, ARRAY(SELECT name FROM named), clock_timestamp()) AS l
        LEFT JOIN everbrook.lane kept ON kept.queue = ? AND kept.name = l.name
        LEFT JOIN everbrook.lane shared
               ON shared.queue = ? AND shared.name = '*' AND l.name <> ''
       CROSS JOIN LATERAL (
             SELECT count(*) AS running FROM everbrook.job j
              WHERE j.queue = ? AND j.lane = l.name AND j.state = 'running') AS run
       CROSS JOIN LATERAL (
             SELECT count(*) AS ready, min(run_at) AS since
               FROM (SELECT j.run_at FROM everbrook.job j
                      WHERE j.queue = ? AND j.lane = l.name AND j.state = 'ready'
                      ORDER BY j.queue, j.lane, j.priority, j.id LIMIT ?) AS first) AS line
       ORDER BY l.name
      """;

  private final Database database;

  public LaneList(Database database) {
    this.database = database;
  }

  public LaneView.Page list(String queue, String from, int most) {
    if (most < 1 || most > Lanes.PAGE_MAX) {
      throw new IllegalArgumentException(
          "a page of lanes has 1 to " + Lanes.PAGE_MAX + ", not " + most);
    }
    List<LaneView> lanes =
        database.list(
            STANDING,
            LaneList::view,
            queue,
            from,
            queue,
            most + 1,
            queue,
            from,
            most + 1,
            queue,
            queue,
            queue,
            queue,
            queue,
            LaneView.READY_COUNTED_MAX);
    return lanes.size() <= most
        ? new LaneView.Page(lanes, Optional.empty())
        : new LaneView.Page(lanes.subList(0, most), Optional.of(lanes.getLast().name()));
  }

  private static LaneView view(ResultSet row) throws SQLException {
    OptionalDouble oldestMs = Columns.number(row, "oldest_ms");
    return new LaneView(
        row.getString("name"),
        row.getBoolean("own"),
        new LaneLimits(
            row.getDouble("weight"),
            Columns.integer(row, "running_max"),
            rate(row, "rate", "burst"),
            rate(row, "token_rate", "token_burst")),
        Columns.time(row, "closed_until"),
        Columns.time(row, "closed_until").isEmpty() ? "" : Columns.text(row, "closed_why"),
        row.getLong("running"),
        row.getLong("ready"),
        oldestMs.isEmpty()
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(Math.max(0, (long) oldestMs.getAsDouble()))),
        Columns.number(row, "allowance"),
        Columns.number(row, "tokens"));
  }

  public static Optional<LaneLimits.Rate> rate(ResultSet row, String rate, String burst)
      throws SQLException {
    double perSecond = row.getDouble(rate);
    return row.wasNull()
        ? Optional.empty()
        : Optional.of(new LaneLimits.Rate(perSecond, row.getDouble(burst)));
  }
}
