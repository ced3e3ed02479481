package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the database says a worker in another process holds. The end of a held job is always written
 * as one that may concern others, since who followed it while it ran is not known here. Safe for
 * use by many threads.
 */
final class Holdings {

  private static final String ONE =
      """
      SELECT id, queue, kind, run, attempt, '', cancelled, doom,
             extract(epoch FROM deadline_at - now()), lane, tokens, true, trace, priority, principal,
             extract(epoch FROM now() - run_at) AS waited_s
        FROM everbrook.job
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  /** What its claim charged for a job is not known any more: no tokens are given back for it. */
  private static final String UNKNOWN =
      """
      SELECT id, queue, kind, run, attempt, payload, cancelled, doom,
             extract(epoch FROM deadline_at - now()), lane, 0, true, trace, priority, principal
        FROM (SELECT *, row_number() OVER line AS nth,
                     sum(bytes) OVER line AS sum
                FROM (SELECT * FROM everbrook.job
                       WHERE queue = ? AND owner = ? AND state = 'running' AND NOT id = ANY (?)
                       ORDER BY id LIMIT ?) AS held
              WINDOW line AS (ORDER BY id)) AS j
       WHERE nth = 1 OR sum <= ?
       ORDER BY id
      """;

  private static final String TO_STOP =
      """
      SELECT id, run, cancelled, deadline_at < now() - ? * interval '1 ms' FROM everbrook.job
       WHERE owner = ? AND state = 'running' AND (cancelled OR deadline_at <= now())
       ORDER BY id LIMIT ?
      """;

  private static final String OVERDUE =
      """
      SELECT j.id, j.queue, j.kind, j.run, j.attempt, '', j.cancelled, j.doom,
             extract(epoch FROM j.deadline_at - now()), j.lane, j.tokens, true, j.trace, j.priority,
             j.principal, j.owner
        FROM everbrook.job j JOIN everbrook.node n ON n.id = j.owner AND n.by_lease
       WHERE j.state = 'running' AND j.deadline_at < now() - ? * interval '1 ms'
       ORDER BY j.id LIMIT ?
      """;

  private static final String HOW_ENDED =
      "SELECT outcome FROM everbrook.job_done WHERE id = ? AND run = ? AND owner = ?";

  private final Database database;
  private final Claims claims;

  Holdings(Database database, Claims claims) {
    this.database = database;
    this.claims = claims;
  }

  /** The job, if it is held under this fence; as if it had waited until now. */
  Optional<Claimed> held(long node, long job, int run) {
    return database.first(ONE, claims.waited(node), job, run, node);
  }

  /**
   * Held jobs of a queue that are none of these, as many as one answer carries: the one that told
   * of them did not arrive.
   */
  List<Claimed> unknown(long node, String queue, Set<Long> known, int most) {
    long[] ids = known.stream().mapToLong(it -> it).toArray();
    return database.list(UNKNOWN, claims.row(node), queue, node, ids, most, Portions.BYTES_MAX);
  }

  /**
   * A held job that is to stop.
   *
   * @param overdue whether it was to stop long ago
   */
  record ToStop(StopOrder order, boolean overdue) {}

  /** Held jobs that are to stop. */
  List<ToStop> toStop(long node, Duration patience, int most) {
    return database.list(
        TO_STOP,
        row ->
            new ToStop(
                new StopOrder(
                    row.getLong(1),
                    row.getInt(2),
                    row.getBoolean(3) ? StopReason.CANCELLED : StopReason.DEADLINE),
                row.getBoolean(4)),
        patience.toMillis(),
        node,
        most);
  }

  /** Jobs that some worker still holds so long after their deadlines. */
  List<Claimed> overdue(Duration patience, int most) {
    return database.list(
        OVERDUE, row -> claims.row(row.getLong("owner")).read(row), patience.toMillis(), most);
  }

  /** How the job ended under this fence, if it did. */
  Optional<Ended> ended(long node, long job, int run) {
    return database.first(HOW_ENDED, row -> Ended.of(row.getString(1)), job, run, node);
  }
}
