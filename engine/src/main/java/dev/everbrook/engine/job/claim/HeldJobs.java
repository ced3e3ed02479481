package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The jobs that a worker in another process holds by the database. Followers of a running job are
 * unknown here, so each end is written as linked. Safe for use by many threads.
 */
public final class HeldJobs {

  private static final String ONE =
      "SELECT '' AS payload,"
          + ClaimedRow.HELD
          + """

            FROM everbrook.job j
           WHERE j.id = ? AND j.run = ? AND j.owner = ? AND j.state = 'running'
          """;

  /** The claim's charge is unknown, so no tokens are refunded. */
  private static final String UNKNOWN =
      "SELECT j.payload,"
          + ClaimedRow.HELD_UNCHARGED
          + """

            FROM (SELECT *, row_number() OVER line AS nth,
                         sum(bytes) OVER line AS sum
                    FROM (SELECT * FROM everbrook.job
                           WHERE queue = ? AND owner = ? AND state = 'running'
                             AND NOT id = ANY (?)
                           ORDER BY id LIMIT ?) AS held
                  WINDOW line AS (ORDER BY id)) AS j
           WHERE nth = 1 OR sum <= ?
           ORDER BY id
          """;

  private static final String TO_STOP =
      """
      SELECT id, run, cancelled, deadline_at < now() - ? * interval '1 ms' AS overdue FROM everbrook.job
       WHERE owner = ? AND state = 'running' AND (cancelled OR deadline_at <= now())
       ORDER BY id LIMIT ?
      """;

  private static final String OVERDUE =
      "SELECT '' AS payload,"
          + ClaimedRow.HELD
          + """

            FROM everbrook.job j JOIN everbrook.node n ON n.id = j.owner AND n.by_lease
           WHERE j.state = 'running' AND j.deadline_at < now() - ? * interval '1 ms'
           ORDER BY j.id LIMIT ?
          """;

  private static final String HOW_ENDED =
      "SELECT outcome FROM everbrook.job_done WHERE id = ? AND run = ? AND owner = ?";

  /**
   * Locks the rows of the incarnations first: another node takes a job only after it has deleted
   * that row. The jobs' rows need no lock, since only the incarnation itself ends the jobs that it
   * holds.
   */
  private static final String STANDING =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ANY (?) FOR KEY SHARE)
      SELECT id, run, owner FROM everbrook.job
       WHERE id = ANY (?) AND state = 'running' AND owner IN (SELECT id FROM alive)
      """;

  private final Database database;
  private final Row<Claimed> claimed;

  public HeldJobs(Database database, World world) {
    this.database = database;
    this.claimed = ClaimedRow.of(world);
  }

  /** The job, if it is held under this fence; its time in the queue is counted until now. */
  public Optional<Claimed> held(long node, long job, int run) {
    return database.first(ONE, claimed, job, run, node);
  }

  /**
   * Held jobs of a queue beyond the known ones, as many as one reply carries: the reply with them
   * was lost.
   */
  public List<Claimed> unknown(long node, String queue, Set<Long> known, int most) {
    long[] ids = known.stream().mapToLong(it -> it).toArray();
    return database.list(UNKNOWN, claimed, queue, node, ids, most, Claims.BYTES_MAX);
  }

  /**
   * A held job that is to stop.
   *
   * @param overdue whether its deadline passed longer ago than the patience
   */
  public record ToStop(RemoteWorkers.StopRequest order, boolean overdue) {}

  /** Held jobs that are to stop. */
  public List<ToStop> toStop(long node, Duration patience, int most) {
    return database.list(
        TO_STOP,
        row ->
            new ToStop(
                new RemoteWorkers.StopRequest(
                    row.getLong("id"),
                    row.getInt("run"),
                    row.getBoolean("cancelled") ? StopReason.CANCELLED : StopReason.DEADLINE),
                row.getBoolean("overdue")),
        patience.toMillis(),
        node,
        most);
  }

  /** Jobs that workers still hold this long after their deadlines. */
  public List<Claimed> overdue(Duration patience, int most) {
    return database.list(OVERDUE, claimed, patience.toMillis(), most);
  }

  /** The end of the job under this fence; empty if it did not end under it. */
  public Optional<Ended> ended(long node, long job, int run) {
    return database.first(HOW_ENDED, row -> Ended.of(row.getString(1)), job, run, node);
  }

  /** The valid fences among these; they stay valid until the transaction has ended. */
  public static Set<Fence> standing(Tx tx, Set<Fence> fences) {
    Set<Fence> found =
        new HashSet<>(
            tx.list(
                STANDING,
                row -> new Fence(row.getLong("id"), row.getInt("run"), row.getLong("owner")),
                fences.stream().mapToLong(Fence::node).distinct().toArray(),
                fences.stream().mapToLong(Fence::job).distinct().toArray()));
    found.retainAll(fences);
    return found;
  }
}
