package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.world.World;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Rows of jobs as claims return them, and the parts of these statements. Each statement claims for
 * one incarnation, whose row it reads first. It claims the jobs whose ids its part {@code next}
 * selects.
 */
public final class ClaimedRow {

  /** Locks the row of the incarnation: its deletion waits for this statement. */
  public static final String ALIVE =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE),
      """;

  /** Claims the jobs that {@code next} selects. */
  public static final String TAKE_NEXT =
      """
      UPDATE everbrook.job j
         SET state = 'running', owner = alive.id, run = run + 1, attempt = attempt + 1
        FROM alive
       WHERE j.id = ANY (ARRAY(SELECT id FROM next))
      """;

  private static final String COLUMNS =
      """

             j.id, j.queue, j.kind, j.run, j.attempt, j.cancelled, j.fail_reason, j.lane, j.trace,
             j.priority, j.principal, j.owner, j.retry,
             extract(epoch FROM j.deadline_at - now()) AS left_s,
             extract(epoch FROM now() - j.run_at) AS waited_s,
      """;

  private static final String FRESH =
      COLUMNS
          + """
                 0 AS tokens,
                 j.parent IS NOT NULL OR j.dedupe IS NOT NULL OR j.children > 0
                   OR j.follower IS NOT NULL AS linked
          """;

  /** Returns jobs that were claimed to run, with their payloads. */
  public static final String RETURNING_WHOLE = "RETURNING j.payload," + FRESH;

  /** Returns jobs that were claimed only to be ended; the payload stays in the row. */
  public static final String RETURNING_ENDS = "RETURNING '' AS payload," + FRESH;

  /**
   * The columns of held jobs without their payloads. Followers of a running job are unknown here,
   * so each end is written as linked.
   */
  static final String HELD = COLUMNS + "j.tokens, true AS linked";

  /** The same columns for jobs whose charge is unknown. */
  static final String HELD_UNCHARGED = COLUMNS + "0 AS tokens, true AS linked";

  private ClaimedRow() {}

  /** Reads claimed jobs; their deadlines become times on this world's clock. */
  public static Row<Claimed> of(World world) {
    return row -> read(row, world);
  }

  private static Claimed read(ResultSet row, World world) throws SQLException {
    return new Claimed(
        row.getLong("id"),
        row.getString("queue"),
        row.getString("kind"),
        row.getInt("run"),
        row.getInt("attempt"),
        row.getString("payload"),
        row.getLong("owner"),
        world.nanos() + (long) (row.getDouble("left_s") * 1e9),
        (long) (row.getDouble("waited_s") * 1e9),
        row.getBoolean("cancelled"),
        new Claimed.Links(
            row.getString("lane"),
            row.getInt("tokens"),
            row.getBoolean("linked"),
            Columns.text(row, "fail_reason"),
            Columns.text(row, "trace"),
            row.getString("principal"),
            PolicyJson.read(Columns.text(row, "retry"))));
  }
}
