package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobType;
import dev.everbrook.engine.store.Tx;
import java.util.List;

/**
 * Cancels all waiting jobs of a queue, and the jobs that they wait for. They are marked and made
 * ready here, and ended by nodes that have their handlers: see {@link
 * dev.everbrook.engine.job.upkeep.ExpiredJobReaper}.
 */
public final class Drain {

  public static final JobType<Sweep, Sweep.Sum> TYPE =
      new JobType<>("everbrook.drain", Sweep.class, Sweep.Sum.class);

  private static final JobScan LOOKS = new JobScan(Sweeper.LOOKED_MAX);

  /**
   * Waits for no row: the end of a job holds its row and waits for its parent's, which may be
   * locked here. Locked rows are tried again.
   */
  private static final String CANCEL_WAITING =
      """
      WITH RECURSIVE tree AS (
             SELECT id FROM everbrook.job WHERE id = ANY (?) AND state <> 'running'
             UNION
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id),
           held AS MATERIALIZED (
             SELECT id, dedupe, follower FROM everbrook.job
              WHERE id = ANY (ARRAY(SELECT id FROM tree)) AND state <> 'running' AND NOT cancelled
              ORDER BY id FOR UPDATE SKIP LOCKED)
      UPDATE everbrook.job AS j
         SET cancelled = true, dedupe = NULL, state = 'ready'
        FROM held
       WHERE j.id = ANY (ARRAY(SELECT id FROM held)) AND j.id = held.id
         AND j.state <> 'running' AND NOT j.cancelled
      RETURNING j.queue, held.dedupe, held.follower
      """;

  private static final String ANY_LEFT =
      """
      WITH RECURSIVE tree AS (
             SELECT id FROM everbrook.job WHERE id = ANY (?) AND state <> 'running'
             UNION
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id)
      SELECT count(*) > 0 FROM everbrook.job
       WHERE id = ANY (ARRAY(SELECT id FROM tree)) AND state <> 'running' AND NOT cancelled
      """;

  private Drain() {}

  public static Handler handler(Sweeper sweeping) {
    return TYPE.handler((run, sweep) ->
        sweeping.run(
            run,
            sweep,
            (tx, at) ->
                LOOKS.live(tx, at.filter(), Math.min(at.before(), run.job()), Sweeper.BATCH_MAX),
            Drain::cancel));
  }

  public static Sweeper.Changed cancel(Tx tx, long... jobs) {
    Canceller.Keys keys = new Canceller.Keys();
    List<String> queues =
        tx.list(
            CANCEL_WAITING,
            row -> {
              keys.add(row.getObject(3, Long.class), row.getString(2));
              return row.getString(1);
            },
            (Object) jobs);
    keys.handOn(tx);
    boolean left = tx.only(ANY_LEFT, row -> row.getBoolean(1), (Object) jobs);
    return new Sweeper.Changed(queues, !left);
  }
}
