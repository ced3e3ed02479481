package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes jobs for this node. Safe for use by many threads.
 *
 * <p>The jobs to take are looked up as an array, since a join of them with the table may be planned
 * to go through all of it; the order names the queue, so that only the index of what is ready gives
 * it.
 */
final class Claims {

  private static final String CLAIM =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE),
           next AS MATERIALIZED (
             SELECT id FROM everbrook.job
              WHERE queue = ? AND state = 'ready' AND kind = ANY (?)
                AND EXISTS (SELECT FROM alive)
              ORDER BY queue, id LIMIT ? FOR UPDATE SKIP LOCKED)
      UPDATE everbrook.job j
         SET state = 'running', owner = alive.id, run = run + 1, attempt = attempt + 1
        FROM alive
       WHERE j.id = ANY (ARRAY(SELECT id FROM next))
      RETURNING j.id, j.queue, j.kind, j.run, j.attempt, j.payload, j.owner, j.cancelled,
                extract(epoch FROM j.deadline_at - now())
      """;

  private static final String TAKE =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      UPDATE everbrook.job j
         SET state = 'running', owner = alive.id, run = run + 1, attempt = attempt + 1
        FROM alive
       WHERE j.id = ? AND j.state IN ('ready', 'delayed') AND j.kind = ANY (?)
      RETURNING j.id, j.queue, j.kind, j.run, j.attempt, j.payload, j.owner, j.cancelled,
                extract(epoch FROM j.deadline_at - now())
      """;

  /** A job that is claimed by the transaction that enqueues it. */
  private static final String ENQUEUE_CLAIMED =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      INSERT INTO everbrook.job
             (queue, kind, payload, state, owner, run, attempt, deadline_at)
      SELECT ?, ?, ?::jsonb, 'running', alive.id, 1, 1, now() + ? * interval '1 ms'
        FROM alive
      RETURNING id
      """;

  private final Database database;
  private final World world;

  Claims(Database database, World world) {
    this.database = database;
    this.world = world;
  }

  /** Up to {@code most} jobs of the queue, oldest first. */
  List<Claimed> claim(long node, String queue, Set<String> kinds, int most) {
    return database.list(CLAIM, row(), node, queue, kinds.toArray(String[]::new), most).stream()
        .sorted(Comparator.comparingLong(Claimed::id))
        .toList();
  }

  /** This one job, if it waits. */
  Optional<Claimed> take(long node, long job, Set<String> kinds) {
    return database.first(TAKE, row(), node, job, kinds.toArray(String[]::new));
  }

  /** Enqueues a job that this node holds from the start; nothing if the node's life is over. */
  Optional<Claimed> enqueueClaimed(Tx tx, long node, NewJob job) {
    long deadline = world.nanos() + job.deadline().toNanos();
    return tx.first(
        ENQUEUE_CLAIMED,
        row ->
            new Claimed(
                row.getLong(1),
                job.queue(),
                job.kind(),
                1,
                1,
                job.payload(),
                node,
                deadline,
                false),
        node,
        job.queue(),
        job.kind(),
        job.payload(),
        job.deadline().toMillis());
  }

  private Row<Claimed> row() {
    return row ->
        new Claimed(
            row.getLong(1),
            row.getString(2),
            row.getString(3),
            row.getInt(4),
            row.getInt(5),
            row.getString(6),
            row.getLong(7),
            world.nanos() + (long) (row.getDouble(9) * 1e9),
            row.getBoolean(8));
  }
}
