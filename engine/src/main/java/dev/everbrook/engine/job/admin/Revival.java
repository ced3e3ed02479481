package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.store.Tx;
import java.util.List;

/**
 * Puts failed and cancelled jobs back into their queues. One statement moves a job from the history
 * to the live table. So of several retries at once only one takes effect, and the pruning of the
 * history comes before or after it.
 *
 * <p>The job keeps its id, its payload and options, its retry policy, and its number of claims, so
 * that the fences of its old runs stay void. Its attempts restart, and so does its time, which
 * includes its former delay. It reads the reports of the children that had ended by its own end;
 * the other children no longer report to it.
 */
public final class Revival {

  private static final String REVIVE =
      """
      WITH gone AS (
             DELETE FROM everbrook.job_done
              WHERE id = ANY (ARRAY(
                      SELECT id FROM everbrook.job_done
                       WHERE id = ANY (?) AND outcome <> 'done' AND queue <> ?
                       ORDER BY id FOR UPDATE))
             RETURNING *)
      INSERT INTO everbrook.job
             (id, queue, kind, lane, priority, tokens, principal, payload, state, run, attempt,
              created_at, retried_at, run_at, deadline_at, parent, children, trace, error, retry)
      OVERRIDING SYSTEM VALUE
      SELECT id, queue, kind, lane, priority, tokens, principal, payload, 'ready', run, 0,
             created_at, now(), now(), now() + (deadline_at - coalesce(retried_at, created_at)),
             parent, children, trace, error, retry
        FROM gone
      RETURNING id, queue
      """;

  private static final String LET_GO =
      """
      UPDATE everbrook.job SET on_failure = NULL
       WHERE parent = ANY (?) AND on_failure IS NOT NULL
      """;

  private Revival() {}

  /**
   * Puts back those of these jobs that are in the history as failed or cancelled.
   *
   * @param except a queue whose jobs are skipped; the empty name skips none
   * @return the queue of each job that was put back
   */
  public static List<String> revive(Tx tx, String except, long... jobs) {
    record Revived(long job, String queue) {}
    List<Revived> revived =
        tx.list(REVIVE, row -> new Revived(row.getLong(1), row.getString(2)), jobs, except);
    if (!revived.isEmpty()) {
      tx.update(LET_GO, (Object) revived.stream().mapToLong(Revived::job).toArray());
    }
    return revived.stream().map(Revived::queue).toList();
  }
}
